//! Keys of what people are sent: who sends text messages, how many, and in whose words.

use crate::keys::cases;
use crate::support::{Got, Keyrack, Receiver, file_with, sign_up_form};
use base64::{Engine, engine::general_purpose::STANDARD};
use keyrack_server::cli::Run;
use keyrack_server::config;
use keyrack_server::mail::{self, PHONE_CODE};
use keyrack_server::outbox::{self, deliver_due};
use keyrack_server::user::{Asker, Purse, SmsBudget};
use std::fs;
use tempfile::TempDir;

pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A file that holds a secret, and how it is named in a configuration.
pub fn secret_file(secret: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, secret).unwrap();
    (folder, format!("{path:?}"))
}

/// What a receiver gets when a code is sent by text message. `keys` are those of `[sms]` beside its secret and that
/// private addresses are allowed, `{url}` in them is where it listens.
async fn got(keys: &[(&str, &str)]) -> Vec<Got> {
    let receiver = Receiver::start().await;
    let (_folder, path) = secret_file(SECRET);
    let keys: Vec<(&str, String)> =
        keys.iter().map(|(key, value)| (*key, value.replace("{url}", &receiver.url))).collect();
    let mut all: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    all.push(("sms.secret_file", &path));
    if !all.iter().any(|(key, _)| *key == "sms.private_addresses") {
        all.push(("sms.private_addresses", "true"));
    }
    let server = Keyrack::from_file(&all).await;
    let facts = [("code", "482913"), ("minutes", "10")];
    let sms = mail::render_sms(&server.app.sites[0], &PHONE_CODE, ("en", "+15550100"), &facts).unwrap();
    let now = server.app.world.clock.now_ms();
    let sealed = outbox::seal_sms(&server.app, PHONE_CODE.name, &sms, now + 60_000).unwrap();
    let deployment = server.app.sites[0].config.id.clone();
    server.app.db.write(move |tx| outbox::post(tx, &deployment, &sealed, now)).await.unwrap();
    deliver_due(&server.app).await.unwrap();
    receiver.got()
}

const TWILIO: [(&str, &str); 4] = [
    ("sms.sender", "\"twilio\""),
    ("sms.url", "\"{url}\""),
    ("sms.account", "\"AC123\""),
    ("sms.from", "\"+15550199\""),
];

/// How many of these text messages, each to a number, for a client and after so many milliseconds, may be sent.
async fn allowed(key: &str, value: &str, asked: &[(&str, &str, i64)]) -> usize {
    let server = Keyrack::from_file(&[(key, value)]).await;
    let mut sent = 0;
    for (number, client, after) in asked {
        server.advance(*after);
        let site = server.app.sites[0].clone();
        let budget = SmsBudget::new(&server.app.vault, &site.config.id, (number, client));
        let now = server.app.world.clock.now_ms();
        let purse = Purse::of(&server.app.vault, &site.config.id, (Asker::Stranger, number));
        let allows =
            server.app.db.write(move |tx| budget.allows(tx, &site, (&purse, true), now)).await.unwrap();
        sent += usize::from(allows);
    }
    sent
}

/// The code that a sign-up with this number is refused with, `""` for none, where these keys are set.
async fn signs_up_with(number: &str, keys: &[(&str, &str)]) -> String {
    let (_folder, path) = secret_file(SECRET);
    let sms = [
        ("sms.sender", "\"webhook\""),
        ("sms.url", "\"https://sms.example.com/\""),
        ("sms.secret_file", path.as_str()),
    ];
    let keys: Vec<(&str, &str)> = keys.iter().copied().chain(sms).collect();
    let mut form = sign_up_form("ada");
    form["phone_number"] = serde_json::json!(number);
    let answer = Keyrack::from_file(&keys).await.browser().post("/auth/signup", form).await;
    if answer.status == 200 { String::new() } else { answer.refused().1 }
}

const HOUR: i64 = 3_600_000;

cases! {
    "sms.sender": async fn text_messages_go_to_whom_the_file_names() {
        assert!(got(&TWILIO).await[0].path.starts_with("/2010-04-01/Accounts/"));
        let told = got(&[(KEY, "\"webhook\""), ("sms.url", "\"{url}/hook\"")]).await;
        assert_eq!(told[0].path, "/hook");
    }
    "sms.url": async fn they_go_where_the_file_says() {
        let told = got(&[("sms.sender", "\"webhook\""), (KEY, "\"{url}/over/there?x=y\"")]).await;
        assert_eq!(told[0].path, "/over/there?x=y");
    }
    "sms.account": async fn they_go_in_the_name_of_an_account() {
        assert_eq!(TWILIO[2].0, KEY);
        let told = got(&TWILIO).await;
        assert_eq!(told[0].path, "/2010-04-01/Accounts/AC123/Messages.json");
    }
    "sms.from": async fn they_come_from_the_number_of_the_file() {
        assert_eq!(TWILIO[3].0, KEY);
        assert!(got(&TWILIO).await[0].body.contains("From=%2B15550199"));
    }
    "sms.secret_file": async fn the_secret_is_in_the_file() {
        assert_eq!(KEY, "sms.secret_file");
        let told = got(&TWILIO).await;
        assert_eq!(told[0].header("authorization"), format!("Basic {}", STANDARD.encode(format!("AC123:{SECRET}"))));
    }
    "sms.private_addresses": async fn this_machine_is_called_only_if_the_file_allows_it() {
        let keys = [("sms.sender", "\"webhook\""), ("sms.url", "\"{url}/\""), (KEY, "true")];
        assert_eq!(got(&keys).await.len(), 1);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyrack.toml");
        for (allowed, complaints) in [("true", 0), ("false", 1)] {
            let url = ("sms.url", "\"http://127.0.0.1:9/\"");
            fs::write(&path, file_with(4400, &[("sms.sender", "\"webhook\""), url, (KEY, allowed)])).unwrap();
            let run = Run { config: Some(path.clone()), ..Run::default() };
            let problems = config::examine(&run, &|_| None).problems;
            let told = problems.iter().filter(|problem| problem.text.contains("private_addresses = true")).count();
            assert_eq!(told, complaints, "{problems:?}");
        }
    }
    "deployment.text_messages.per_number": async fn a_number_gets_so_many_in_a_day() {
        let asked = [("+15550100", "a", 0), ("+15550100", "b", HOUR), ("+15550100", "c", HOUR), ("+15559999", "d", 0)];
        assert_eq!(allowed(KEY, "2", &asked).await, 3);
        assert_eq!(allowed(KEY, "3", &asked).await, 4);
    }
    "deployment.text_messages.per_range": async fn numbers_of_one_range_get_so_many_in_an_hour() {
        let asked = [("+15550100", "a", 0), ("+15550101", "b", 0), ("+15550102", "c", 0), ("+15560103", "d", 0), ("+15550104", "e", HOUR)];
        assert_eq!(allowed(KEY, "2", &asked).await, 4);
        assert_eq!(allowed(KEY, "3", &asked).await, 5);
    }
    "deployment.text_messages.per_client": async fn one_client_asks_for_so_many_in_an_hour() {
        let asked = [("+15510100", "a", 0), ("+15520100", "a", 0), ("+15530100", "a", 0), ("+15540100", "b", 0), ("+15550100", "a", HOUR)];
        assert_eq!(allowed(KEY, "2", &asked).await, 4);
        assert_eq!(allowed(KEY, "3", &asked).await, 5);
    }
    "deployment.text_messages.per_day": async fn a_deployment_sends_so_many_in_a_day() {
        let asked = [("+15510100", "a", 0), ("+15520100", "b", HOUR), ("+15530100", "c", HOUR), ("+15540100", "d", 24 * HOUR)];
        assert_eq!(allowed(KEY, "2", &asked).await, 3);
        assert_eq!(allowed(KEY, "3", &asked).await, 4);
    }
    "deployment.auth.phone": async fn a_sign_up_asks_for_a_number_as_the_file_says() {
        for (used, given, code) in [
            ("\"off\"", "nonsense", ""),
            ("\"optional\"", "", ""),
            ("\"optional\"", "nonsense", "invalid_phone_number"),
            ("\"required\"", "", "REQUIRED_FIELD"),
        ] {
            assert_eq!(signs_up_with(given, &[(KEY, used)]).await, code, "{used}");
        }
    }
    "deployment.restrictions.phone_countries": async fn numbers_of_other_countries_are_refused() {
        for (countries, code) in [("[\"DE\"]", "COUNTRY_RESTRICTED"), ("[\"US\", \"DE\"]", ""), ("[]", "")] {
            let keys = [("deployment.auth.phone", "\"optional\""), (KEY, countries)];
            assert_eq!(signs_up_with("+14155552671", &keys).await, code, "{countries}");
        }
    }
    "deployment.restrictions.block_voip_numbers": async fn numbers_of_internet_telephony_are_refused() {
        for (blocked, code) in [("true", "VOIP_NUMBER_BLOCKED"), ("false", "")] {
            let keys = [("deployment.auth.phone", "\"optional\""), (KEY, blocked)];
            assert_eq!(signs_up_with("+445612345678", &keys).await, code, "{blocked}");
        }
    }
    "deployment.messages.templates": async fn mails_are_in_the_deployments_own_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sign_up_code");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("en.txt"), "{% block subject %}Hi{% endblock %}{% block text %}{{ code }}, friend{% endblock %}").unwrap();
        for (own, subject) in [(false, "is your"), (true, "Hi")] {
            let named = format!("{:?}", folder.path());
            let keys = [(KEY, named.as_str())];
            let server = Keyrack::from_file(if own { &keys } else { &[] }).await;
            let browser = server.browser();
            let attempt = browser.begins_sign_up("ada").await;
            browser.asks_for_code(&attempt).await.ok();
            let mail = &server.mails("ada").await[0].mail;
            assert!(mail.subject.contains(subject), "{}", mail.subject);
            assert_eq!(mail.text.ends_with(", friend\n"), own);
        }
    }
}
