//! Signing up with a phone number: the step after the address, its code, and what keeps it from costing money.

use crate::support::{Browser, Keyrack, other_than, sign_up_form};
use keyrack_server::config::{FieldUse, TextMessages};
use keyrack_server::outbox::deliver_due;
use keyrack_server::world::Sms;
use serde_json::{Value, json};

const NUMBER: &str = "+14155552671";

async fn with_phones() -> Keyrack {
    Keyrack::start_with(|deployment| deployment.auth.phone = FieldUse::Optional).await
}

fn form(name: &str, number: &str) -> Value {
    let mut form = sign_up_form(name);
    form["phone_number"] = json!(number);
    form
}

/// What was sent to a number, oldest first.
async fn texts(server: &Keyrack, number: &str) -> Vec<Sms> {
    deliver_due(&server.app).await.unwrap();
    let all = server.app.world.sms.captured_messages().into_iter().map(|captured| captured.sms);
    all.filter(|sms| sms.to == number).collect()
}

async fn code_to(server: &Keyrack, number: &str) -> String {
    texts(server, number).await.pop().and_then(|sms| sms.code).expect("a text message with a code")
}

fn attempt_of(session: &Value) -> &Value {
    session["signup_attempts"].as_array().unwrap().last().unwrap()
}

/// Begins a sign-up and proves its address; the id of the attempt, which waits for the number then.
async fn at_the_number(server: &Keyrack, browser: &Browser, (name, number): (&str, &str)) -> String {
    let session = browser.post("/auth/signup", form(name, number)).await.ok();
    let attempt = attempt_of(&session)["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    let session = browser.enters_code(&attempt, &server.code(name).await).await.ok();
    assert_eq!(attempt_of(&session)["current_step"], "verify_phone");
    attempt
}

async fn asks_again(browser: &Browser, attempt: &str) -> Value {
    let form = json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "phone_otp" });
    browser.post("/auth/prepare-verification", form).await.ok()
}

#[tokio::test]
async fn a_number_is_proved_after_the_address_by_a_code_that_comes_by_itself() {
    let server = with_phones().await;
    let browser = server.browser();
    let session = browser.post("/auth/signup", form("ada", "+1 (415) 555-2671")).await.ok();
    let shown = attempt_of(&session);
    assert_eq!([&shown["phone_number"], &shown["phone_country_code"]], ["4155552671", "+1"]);
    assert_eq!(shown["remaining_steps"], json!(["verify_email", "verify_phone"]));
    let attempt = shown["id"].as_str().unwrap();
    browser.asks_for_code(attempt).await.ok();
    assert_eq!(
        texts(&server, NUMBER).await.len(),
        0,
        "nothing goes to a number before the address is proved"
    );
    let session = browser.enters_code(attempt, &server.code("ada").await).await.ok();
    let shown = attempt_of(&session);
    assert_eq!([&shown["current_step"], &shown["completed"]], [&json!("verify_phone"), &json!(false)]);
    assert_eq!(
        (&shown["remaining_steps"], &session["active_signin"]),
        (&json!(["verify_phone"]), &json!(null))
    );
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 0);

    let sent = texts(&server, NUMBER).await;
    assert_eq!(sent.len(), 1);
    assert!(sent[0].text.contains("is your Keyrack code"), "{}", sent[0].text);
    let code = sent[0].code.clone().unwrap();
    assert_ne!(
        browser.enters_code(attempt, &server.code("ada").await).await.status,
        200,
        "the mailed one is used up"
    );
    let session = browser.enters_code(attempt, &code).await.ok();
    assert_eq!(attempt_of(&session)["completed"], true);
    let user = &session["active_signin"]["user"];
    assert_eq!(user["primary_phone_number"]["phone_number"], "4155552671");
    assert_eq!(user["primary_phone_number"]["verified"], true);
    assert_eq!(user["primary_email_address"]["verified"], true);
}

#[tokio::test]
async fn a_resend_within_the_minute_is_answered_as_sent_and_sends_nothing() {
    let server = with_phones().await;
    let browser = server.browser();
    let attempt = at_the_number(&server, &browser, ("ada", NUMBER)).await;
    for (advance, sent) in
        [(0, 1), (59_999, 1), (1, 2), (60_000, 3), (60_000, 4), (60_000, 5), (60_000, 5), (600_000, 5)]
    {
        server.advance(advance);
        let answer = asks_again(&browser, &attempt).await;
        let said = json!({ "otp_sent": true, "masked_phone": "•••2671", "verification_method": "phone_otp" });
        assert_eq!(answer, said);
        assert_eq!(texts(&server, NUMBER).await.len(), sent, "{advance}");
    }
}

#[tokio::test]
async fn a_step_takes_its_own_strategy_and_its_own_code() {
    let server = with_phones().await;
    let browser = server.browser();
    let session = browser.post("/auth/signup", form("ada", NUMBER)).await.ok();
    let attempt = attempt_of(&session)["id"].as_str().unwrap().to_owned();
    let prepare = |strategy: &str| json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": strategy });
    for strategy in ["phone_otp", "authenticator", "magic_link"] {
        let refused = browser.post("/auth/prepare-verification", prepare(strategy)).await.refused();
        assert_eq!(refused, (400, "VERIFICATION_STRATEGY_REQUIRED".to_owned()), "{strategy}");
    }
    browser.asks_for_code(&attempt).await.ok();
    browser.enters_code(&attempt, &server.code("ada").await).await.ok();
    let refused = browser.post("/auth/prepare-verification", prepare("email_otp")).await.refused();
    assert_eq!(refused.1, "VERIFICATION_STRATEGY_REQUIRED");
    // Five wrong guesses kill the code; another one is sent.
    let code = code_to(&server, NUMBER).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(browser.enters_code(&attempt, wrong).await.refused().1, "INVALID_CODE");
    }
    assert_eq!(browser.enters_code(&attempt, &code).await.refused().1, "INVALID_CODE");
    server.advance(60_000);
    asks_again(&browser, &attempt).await;
    browser.enters_code(&attempt, &code_to(&server, NUMBER).await).await.ok();
}

#[tokio::test]
async fn whether_a_number_is_asked_for_is_the_deployments_decision() {
    for (used, given, refused) in [
        (FieldUse::Off, None, None),
        (FieldUse::Optional, None, None),
        (FieldUse::Required, None, Some("REQUIRED_FIELD")),
        (FieldUse::Required, Some("555"), Some("invalid_phone_number")),
        (FieldUse::Optional, Some("4155552671"), Some("invalid_phone_number")),
        // Of a premium-rate service: whoever has it earns with each message.
        (FieldUse::Optional, Some("+19005551234"), Some("invalid_phone_number")),
    ] {
        let server = Keyrack::start_with(|deployment| deployment.auth.phone = used).await;
        let browser = server.browser();
        let published = browser.get("/deployment").await.ok()["auth_settings"]["phone_number"].clone();
        let setting = json!({ "enabled": used != FieldUse::Off, "required": used == FieldUse::Required });
        assert_eq!(published, setting);
        let answer = browser.post("/auth/signup", form("ada", given.unwrap_or_default())).await;
        match refused {
            Some(code) => assert_eq!(answer.refused().1, code, "{given:?}"),
            None => assert_eq!(attempt_of(&answer.ok())["remaining_steps"], json!(["verify_email"])),
        }
    }
    // What a form drops: national digits with the country beside them.
    let server = with_phones().await;
    for country in ["+1", "US", "us"] {
        let mut form = form("ada", "4155552671");
        form["phone_country_code"] = json!(country);
        let session = server.browser().post("/auth/signup", form).await.ok();
        assert_eq!(attempt_of(&session)["phone_country_code"], "+1");
    }
}

#[tokio::test]
async fn l06_a_number_that_a_sign_up_proves_changes_hands_and_the_old_owner_is_told() {
    let server = with_phones().await;
    let ada = server.browser();
    let attempt = at_the_number(&server, &ada, ("ada", NUMBER)).await;
    ada.enters_code(&attempt, &code_to(&server, NUMBER).await).await.ok();
    let carol = server.signed_up("carol").await;
    carol.adds_number(NUMBER).await;
    server.advance(60_000);
    let bob = server.browser();
    let attempt = at_the_number(&server, &bob, ("bob", "+1 415-555-2671")).await;
    // Until it is proved nobody loses anything, or is told.
    let code = code_to(&server, NUMBER).await;
    assert_eq!(bob.enters_code(&attempt, &other_than(&code, 1)).await.refused().1, "INVALID_CODE");
    let mails = server.mails("ada").await.len();
    assert_eq!(ada.get("/me/phone-numbers").await.ok().as_array().unwrap().len(), 1);
    let session = bob.enters_code(&attempt, &code).await.ok();
    assert_eq!(session["active_signin"]["user"]["primary_phone_number"]["phone_number"], "4155552671");
    assert_eq!(ada.get("/me/phone-numbers").await.ok(), json!([]));
    assert_eq!(ada.accounts().await, ["ada*"]);
    let told = server.mails("ada").await.split_off(mails);
    let said = "A phone number was proved by somebody else and no longer belongs to the account";
    assert!(told.len() == 1 && told[0].mail.text.contains(said), "{told:?}");
    assert!(!told[0].mail.text.contains("bob"));
    assert_eq!(carol.session().await["end_reason"], "credentials_changed");
    assert_eq!(server.count("select count(*) from phone_numbers where deployment_id = $1").await, 1);
}

#[tokio::test]
async fn o02_of_two_sign_ups_with_one_number_both_have_an_account_and_the_last_one_the_number_in_each_of_50_rounds()
 {
    let server = Keyrack::start_with(|deployment| {
        deployment.auth.phone = FieldUse::Optional;
        (deployment.text_messages.per_range, deployment.text_messages.per_client) = (1000, 1000);
        deployment.text_messages.per_number = 1000;
    })
    .await;
    for round in 0..50 {
        let (one, other) = (server.browser(), server.browser());
        let names = [format!("a{round}"), format!("b{round}")];
        let first = at_the_number(&server, &one, (&names[0], NUMBER)).await;
        let of_first = code_to(&server, NUMBER).await;
        server.advance(60_000);
        let second = at_the_number(&server, &other, (&names[1], NUMBER)).await;
        let of_second = code_to(&server, NUMBER).await;
        let (a, b) = tokio::join!(one.enters_code(&first, &of_first), other.enters_code(&second, &of_second));
        assert_eq!([a.status, b.status], [200, 200], "{} {}", a.text, b.text);
        assert_eq!(server.count("select count(*) from phone_numbers where deployment_id = $1").await, 1);
        server.advance(60 * 60_000);
    }
}

#[tokio::test]
async fn d11_messages_are_bounded_for_a_number_a_range_a_client_and_a_day_whatever_is_asked() {
    let most = TextMessages { per_number: 3, per_range: 4, per_client: 6, per_day: 13 };
    let server = Keyrack::start_configured(|config| {
        let deployment = &mut config.deployments[0];
        (deployment.auth.phone, deployment.text_messages) = (FieldUse::Optional, most.clone());
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let sent = || async {
        deliver_due(&server.app).await.unwrap();
        server.app.world.sms.captured_messages().len()
    };
    // One number, asked for again and again, in all its forms.
    let browser = server.browser().at("192.0.2.1");
    let attempt = at_the_number(&server, &browser, ("n1", NUMBER)).await;
    for _ in 0..20 {
        server.advance(61_000);
        asks_again(&browser, &attempt).await;
        // What waits for longer than its code works is not sent.
        sent().await;
    }
    assert_eq!(sent().await, 3, "a number");
    // Its neighbours, from other addresses and new sessions.
    for (index, client) in ["192.0.2.2", "192.0.2.3", "192.0.2.4"].into_iter().enumerate() {
        let browser = server.browser().at(client);
        at_the_number(&server, &browser, (&format!("r{index}"), &format!("+1415555268{index}"))).await;
    }
    assert_eq!(sent().await, 4, "a range");
    // Far apart, from one address.
    for index in 0..8 {
        let browser = server.browser().at("192.0.2.9");
        at_the_number(&server, &browser, (&format!("c{index}"), &format!("+1{}5552671", 212 + index * 101)))
            .await;
    }
    assert_eq!(sent().await, 10, "a client");
    for (index, client) in ["198.51.100.1", "198.51.100.2"].into_iter().enumerate() {
        let browser = server.browser().at(client);
        at_the_number(&server, &browser, (&format!("d{index}"), &format!("+4420794600{index}1"))).await;
    }
    assert_eq!(sent().await, 11, "a day, but for what is kept for those who are known");
    server.advance(24 * 3_600_000);
    at_the_number(&server, &server.browser().at("198.51.100.3"), ("e", "+442079460099")).await;
    assert_eq!(sent().await, 12);
}

#[tokio::test]
async fn countries_that_the_deployment_does_not_take_are_refused_and_published() {
    let server = Keyrack::start_with(|deployment| {
        deployment.auth.phone = FieldUse::Optional;
        deployment.restrictions.phone_countries = ["DE", "CA", "GB"].map(str::to_owned).to_vec();
        deployment.restrictions.block_voip_numbers = true;
    })
    .await;
    let browser = server.browser();
    let published = &browser.get("/deployment").await.ok()["restrictions"];
    assert_eq!(
        published["country_restrictions"],
        json!({ "enabled": true, "country_codes": ["CA", "DE", "GB"] })
    );
    assert_eq!(published["block_voip_numbers"], true);
    for (number, code) in [
        (NUMBER, "COUNTRY_RESTRICTED"),
        ("+33612345678", "COUNTRY_RESTRICTED"),
        // The same dial code as the United States, and Canada all the same.
        ("+14165552671", ""),
        ("+4915112345678", ""),
        ("+445612345678", "VOIP_NUMBER_BLOCKED"),
    ] {
        let answer = browser.post("/auth/signup", form("ada", number)).await;
        let said = if answer.status == 200 { String::new() } else { answer.refused().1 };
        assert_eq!(said, code, "{number}");
    }
}
