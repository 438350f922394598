//! Accounts of another system: they come with their passwords, once, and each stands for itself.

use crate::import_hashes::{BCRYPT, HASHES};
use crate::recovery::{NEW, resets, token_of};
use crate::support::{Authenticator, Keyrack, Operator, PASSWORD};
use http::Method;
use keyrack_server::user::imported;
use serde_json::{Value, json};

/// A record of somebody who has proved `name`@example.com.
fn record(name: &str, hash: &str) -> Value {
    json!({ "email": format!("{name}@example.com"), "email_verified": true, "password_hash": hash })
}

/// The same with more said.
fn with(mut record: Value, more: Value) -> Value {
    let more = more.as_object().unwrap().clone();
    record.as_object_mut().unwrap().extend(more);
    record
}

/// Imports some; what became of each.
async fn import(server: &Keyrack, users: &[Value]) -> Vec<Value> {
    import_as(server, json!({ "users": users, "last": true })).await
}

async fn import_as(server: &Keyrack, batch: Value) -> Vec<Value> {
    let answer = Operator(server).ask(Method::POST, "/import", batch).await.ok();
    answer["results"].as_array().unwrap().clone()
}

fn outcomes(results: &[Value]) -> Vec<&str> {
    let of = |result: &Value| result["code"].as_str().is_none();
    let word = |result: &'_ Value| if of(result) { "outcome" } else { "code" };
    results.iter().map(|result| result[word(result)].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_hash_of_another_system_lets_its_owner_in_and_is_made_anew_then() {
    let server = Keyrack::start().await;
    let users: Vec<Value> = HASHES.iter().map(|(name, hash)| record(name, hash)).collect();
    assert_eq!(outcomes(&import(&server, &users).await), vec!["made"; HASHES.len()]);
    let left = "select count(*) from users where deployment_id = $1 and imported_hash is not null";
    for (done, (name, _)) in (0_i64..).zip(HASHES) {
        assert_eq!(server.count(left).await, HASHES.len() as i64 - done, "{name}");
        let refused = server.browser().sign_in(name, "correct horse batterx").await.refused();
        assert_eq!(refused.1, "INVALID_CREDENTIALS", "{name}");
        assert_eq!(
            server.count(left).await,
            HASHES.len() as i64 - done,
            "{name}: a wrong one renews nothing"
        );
        server.browser().sign_in(name, PASSWORD).await.ok();
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
    let new = "select count(*) from users where deployment_id = $1 and password_hash >= '$argon2id$v=19$m=64,t=1,p=1$'
         and password_hash < '$argon2id$v=19$m=64,t=1,p=1%'";
    assert_eq!((server.count(left).await, server.count(new).await), (0, HASHES.len() as i64));
}

#[tokio::test]
async fn a_password_that_is_set_or_an_account_that_is_deleted_leaves_no_imported_hash() {
    let server = Keyrack::start().await;
    import(&server, &[record("ada", BCRYPT), record("bob", BCRYPT)]).await;
    let left = "select count(*) from users where deployment_id = $1 and imported_hash is not null";
    Operator(&server).ask(Method::DELETE, "/users/bob@example.com", json!({})).await.ok();
    assert_eq!(server.count(left).await, 1);
    resets(&server.browser(), &token_of(&server, "ada").await, NEW).await.ok();
    assert_eq!(server.count(left).await, 0);
    server.browser().sign_in("ada", NEW).await.ok();
}

#[tokio::test]
async fn c05_a_password_longer_than_bcrypt_sees_is_not_made_the_password() {
    let server = Keyrack::start().await;
    let hash = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
    import(&server, &[record("ada", hash)]).await;
    let long = "a".repeat(72) + "a slip of the finger";
    server.browser().sign_in("ada", &long).await.ok();
    let left = "select count(*) from users where deployment_id = $1 and imported_hash is not null";
    assert_eq!(server.count(left).await, 1);
    server.browser().sign_in("ada", &"a".repeat(72)).await.ok();
    assert_eq!(server.count(left).await, 0);
}

#[tokio::test]
async fn importing_the_same_again_changes_nothing_and_makes_what_was_mended() {
    let server = Keyrack::start().await;
    let ada = with(record("ada", BCRYPT), json!({ "external_id": "user_1", "first_name": "Ada" }));
    let bob = record("bob", BCRYPT);
    let carol = json!({ "username": "carol_c", "password_hash": BCRYPT });
    let wrong = with(record("not an address", BCRYPT), json!({}));
    let first = import(&server, &[ada.clone(), bob.clone(), carol.clone(), wrong]).await;
    assert_eq!(outcomes(&first), ["made", "made", "made", "invalid_email"]);
    // The id is what an account is known by, whatever else has changed.
    let renamed = with(ada, json!({ "email": "other@example.com", "first_name": "Eve" }));
    let dora = with(record("dora", BCRYPT), json!({ "external_id": "user_4" }));
    let again = import(&server, &[renamed, bob, carol, dora]).await;
    assert_eq!(outcomes(&again), ["present", "present", "present", "made"]);
    for (before, after) in first[..3].iter().zip(&again) {
        assert_eq!(before["user_id"], after["user_id"]);
    }
    let shown = Operator(&server).get("/users/ada@example.com").await.ok();
    assert_eq!((&shown["first_name"], &shown["external_id"]), (&json!("Ada"), &json!("user_1")));
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 4);
}

#[tokio::test]
async fn what_is_wrong_with_one_record_is_said_of_it_and_keeps_no_other_out() {
    let server = Keyrack::start().await;
    server.signed_up("taken").await;
    let good = record("good", BCRYPT);
    let of = |name: &str, more: Value| with(record(name, BCRYPT), more);
    let all = [
        (good.clone(), "made"),
        (of("taken", json!({ "external_id": "another" })), "EMAIL_EXISTS"),
        (of("b", json!({ "other_emails": ["taken@example.com"] })), "EMAIL_EXISTS"),
        (of("c", json!({ "other_emails": ["no address"] })), "invalid_email"),
        (of("d", json!({ "username": "1" })), "invalid_username"),
        (of("e", json!({ "phone": "12345" })), "invalid_phone_number"),
        (of("f", json!({ "first_name": "a\u{0}b" })), "invalid_name"),
        (of("g", json!({ "created_at": "soon" })), "invalid_parameter"),
        (of("h", json!({ "totp_secret": "GEZDGNBV" })), "invalid_parameter"),
        (of("i", json!({ "external_id": "x".repeat(201) })), "invalid_parameter"),
        (of("j", json!({ "public_metadata": { "a": "x".repeat(5000) } })), "invalid_metadata"),
        (record("k", "5f4dcc3b5aa765d61d8327deb882cf99"), "invalid_parameter"),
        (record("l", &BCRYPT.replace("$04$", "$31$")), "invalid_parameter"),
        (json!({ "password_hash": BCRYPT }), "REQUIRED_FIELD"),
        (json!({ "email": "m@example.com", "password_hash": BCRYPT }), "REQUIRED_FIELD"),
        (json!({ "username": "somebody" }), "REQUIRED_FIELD"),
        (of("n", json!({ "username": "wanted", "phone": "+4915112345678" })), "made"),
        (of("o", json!({ "username": "wanted" })), "USERNAME_EXISTS"),
        (of("p", json!({ "phone": "+49 151 12345678" })), "PHONE_NUMBER_EXISTS"),
    ];
    let users: Vec<Value> = all.iter().map(|(user, _)| user.clone()).collect();
    let results = import(&server, &users).await;
    let expected: Vec<&str> = all.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(outcomes(&results), expected);
    assert!(results[11]["why"].as_str().unwrap().contains("--drop-unusable"), "{:?}", results[11]);
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 3);
    let typo = json!({ "users": [{ "emial": "a@example.com" }] });
    assert_eq!(Operator(&server).ask(Method::POST, "/import", typo).await.refused().0, 400);
    let many = json!({ "users": vec![good; 101] });
    assert_eq!(Operator(&server).ask(Method::POST, "/import", many).await.refused().1, "invalid_parameter");
}

#[tokio::test]
async fn a_hash_that_is_of_no_use_can_be_left_out() {
    let server = Keyrack::start().await;
    let users = [record("ada", "5f4dcc3b5aa765d61d8327deb882cf99"), record("bob", BCRYPT)];
    let results = import_as(&server, json!({ "users": users, "drop_unusable": true })).await;
    assert_eq!(outcomes(&results), ["made", "made"]);
    assert!(results[0]["without_password"].as_str().unwrap().contains("of no kind"), "{results:?}");
    assert_eq!(results[1]["without_password"], "");
    let shown = Operator(&server).get("/users/ada@example.com").await.ok();
    assert_eq!(shown["has_password"], false);
    let typed = "5f4dcc3b5aa765d61d8327deb882cf99";
    assert_eq!(server.browser().sign_in("ada", typed).await.refused().1, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn g01_an_address_that_was_not_proved_there_is_nobodys_unless_the_operator_vouches() {
    let server = Keyrack::start().await;
    let unproved = |name: &str| json!({ "email": format!("{name}@example.com"), "password_hash": BCRYPT });
    let named = with(unproved("bob"), json!({ "username": "bobby" }));
    let results = import(&server, &[unproved("ada"), named]).await;
    assert_eq!(outcomes(&results), ["REQUIRED_FIELD", "made"]);
    assert!(results[0]["why"].as_str().unwrap().contains("--vouch"), "{results:?}");
    // By the address nobody comes in, whatever password there was.
    assert_eq!(server.browser().sign_in("bob", PASSWORD).await.refused().1, "INVALID_CREDENTIALS");
    let vouched = import_as(&server, json!({ "users": [unproved("ada")], "vouch": true })).await;
    assert_eq!(outcomes(&vouched), ["made"]);
    server.browser().sign_in("ada", PASSWORD).await.ok();
}

#[tokio::test]
async fn an_account_comes_with_its_addresses_metadata_age_and_standing() {
    let server = Keyrack::start().await;
    let ada = with(
        record("ada", BCRYPT),
        json!({
            "external_id": "user_1", "first_name": " Ada ", "last_name": "Lovelace", "username": "Ada_L",
            "other_emails": ["ada@other.example", "ADA@example.com"], "created_at": "2020-01-01T00:00:00Z",
            "public_metadata": { "plan": "pro" }, "private_metadata": { "crm": 7 },
        }),
    );
    let bob = with(record("bob", BCRYPT), json!({ "disabled": true, "email_verified": true }));
    let results = import(&server, &[ada, bob]).await;
    assert_eq!(outcomes(&results), ["made", "made"]);
    let shown = Operator(&server).get("/users/ada_l").await.ok();
    assert_eq!(shown["id"], results[0]["user_id"]);
    assert_eq!(
        [&shown["first_name"], &shown["last_name"], &shown["created_at"], &shown["external_id"]],
        ["Ada", "Lovelace", "2020-01-01T00:00:00.000Z", "user_1"]
    );
    assert_eq!(shown["private_metadata"], json!({ "crm": 7 }));
    let browser = server.browser();
    browser.sign_in("ada", PASSWORD).await.ok();
    let me = browser.get("/me").await.ok();
    assert_eq!(me["public_metadata"], json!({ "plan": "pro" }));
    let emails: Vec<&Value> = me["user_email_addresses"].as_array().unwrap().iter().collect();
    assert_eq!(emails.len(), 2);
    assert!(emails.iter().all(|email| email["verified"] == true), "{emails:?}");
    assert_eq!(server.browser().sign_in("bob", PASSWORD).await.refused().1, "USER_DISABLED");
    let records = Operator(&server).get("/audit?user=ada_l").await.ok();
    let made =
        records["items"].as_array().unwrap().iter().find(|one| one["event"] == "user_created").unwrap();
    assert_eq!(made["reason"], "import");
}

#[tokio::test]
async fn an_imported_authenticator_is_asked_for() {
    let server = Keyrack::start().await;
    let secret = "jbsw Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP";
    let ada = with(record("ada", BCRYPT), json!({ "totp_secret": secret }));
    assert_eq!(outcomes(&import(&server, &[ada]).await), ["made"]);
    let browser = server.browser();
    let session = browser.sign_in("ada", PASSWORD).await.ok();
    assert_eq!(session["signins"], json!([]));
    let attempt = browser.attempt().await;
    assert_eq!(attempt["current_step"], "verify_second_factor");
    assert_eq!(attempt["available_2fa_methods"], json!(["authenticator"]));
    let authenticator = Authenticator { id: String::new(), secret: secret.replace(' ', "").to_uppercase() };
    let code = authenticator.code(server.app.world.clock.now_ms());
    browser.types(attempt["id"].as_str().unwrap(), &code).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn c16_nobodys_name_costs_what_an_imported_account_costs() {
    let server = Keyrack::start().await;
    let (hasher, deployment) = (&server.app.hasher, server.app.sites[0].config.id.clone());
    let own = hasher.stand_in(&deployment, 0);
    assert!(own.starts_with("$argon2id$"), "{own}");
    import(&server, &[record("ada", BCRYPT), record("bob", BCRYPT)]).await;
    server.signed_up("carol").await;
    server.signed_up("dora").await;
    imported::count(&server.app).await.unwrap();
    let half = 1 << 63;
    assert_eq!(hasher.stand_in(&deployment, 0), BCRYPT);
    assert_eq!(hasher.stand_in(&deployment, half - 1), BCRYPT);
    assert_eq!(hasher.stand_in(&deployment, half), own);
    assert_eq!(hasher.stand_in("another", 0), own);
    // That stand-in is nobody's way in, not even with its password.
    for name in ["nobody", "somebody", "everybody", "erin", "frank"] {
        assert_eq!(server.browser().sign_in(name, PASSWORD).await.refused().1, "INVALID_CREDENTIALS");
    }
    for name in ["ada", "bob"] {
        server.browser().sign_in(name, PASSWORD).await.ok();
    }
    imported::count(&server.app).await.unwrap();
    assert_eq!(hasher.stand_in(&deployment, 0), own);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_imports_of_one_file_at_once_one_makes_each_account_in_any_of_50_rounds() {
    let server = Keyrack::start().await;
    for round in 0..50 {
        let one = |part: &str| {
            let more =
                json!({ "external_id": format!("{part}{round}"), "username": format!("{part}-{round}-x") });
            with(record(&format!("{part}{round}"), BCRYPT), more)
        };
        let users = [one("ann"), one("ben"), one("cid")];
        let reversed: Vec<Value> = users.iter().rev().cloned().collect();
        let (first, mut second) = tokio::join!(import(&server, &users), import(&server, &reversed));
        second.reverse();
        for (one, other) in first.iter().zip(&second) {
            let mut both = [one["outcome"].as_str().unwrap(), other["outcome"].as_str().unwrap()];
            both.sort_unstable();
            assert_eq!(both, ["made", "present"], "round {round}: {one} {other}");
            assert_eq!(one["user_id"], other["user_id"], "round {round}");
        }
    }
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 150);
}
