//! Keys of who may sign up and with what, each seen at work.

use crate::keys::cases;
use crate::support::{Keyrack, Operator, PASSWORD, Reply};
use serde_json::{Value, json};

async fn with(key: &str, value: &str) -> Keyrack {
    Keyrack::from_file(&[(key, value)]).await
}

async fn sign_up(server: &Keyrack, form: Value) -> Reply {
    server.browser().post("/auth/signup", form).await
}

/// What the server says to a sign-up with this address and an ordinary rest.
async fn said(server: &Keyrack, email: &str) -> (u16, String) {
    sign_up(server, json!({ "email": email, "password": PASSWORD, "first_name": "Ada" })).await.refused()
}

async fn lets_in(server: &Keyrack, email: &str) {
    sign_up(server, json!({ "email": email, "password": PASSWORD, "first_name": "Ada" })).await.ok();
}

/// What is published of how people sign up.
async fn auth_settings(server: &Keyrack) -> Value {
    server.browser().get("/deployment").await.ok()["auth_settings"].clone()
}

async fn restrictions(server: &Keyrack) -> Value {
    server.browser().get("/deployment").await.ok()["restrictions"].clone()
}

fn form(more: Value) -> Value {
    let mut form = json!({ "email": "ada@example.com", "password": PASSWORD });
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    form
}

cases! {
    "deployment.auth.first_factor": async fn the_form_that_opens_first_is_published() {
        let keys = [("deployment.auth.username", "\"required\""), (KEY, "\"username_password\"")];
        assert_eq!(auth_settings(&Keyrack::from_file(&keys).await).await["first_factor"], "username_password");
        assert_eq!(auth_settings(&Keyrack::from_file(&keys[..1]).await).await["first_factor"], "email_password");
        let keys = [("deployment.auth.email_otp", "true"), (KEY, "\"email_otp\"")];
        let settings = auth_settings(&Keyrack::from_file(&keys).await).await;
        assert_eq!(settings["first_factor"], "email_otp");
        assert_eq!(settings["alternate_first_factors"], json!(["email_password"]));
    }
    "deployment.auth.username": async fn usernames_are_off_optional_or_required() {
        for (used, alone, kept) in [("off", 200, ""), ("optional", 200, "ada_l"), ("required", 400, "ada_l")] {
            let server = with(KEY, &format!("{used:?}")).await;
            assert_eq!(sign_up(&server, form(json!({}))).await.status, alone, "{used}");
            let session = sign_up(&server, form(json!({ "username": "ada_l" }))).await.ok();
            assert_eq!(session["signup_attempts"][0]["username"], kept, "{used}");
            let settings = auth_settings(&server).await;
            assert_eq!(settings["username"], json!({ "enabled": used != "off", "required": used == "required" }));
            assert_eq!(settings["auth_factors_enabled"]["username_password"], used != "off");
        }
    }
    "deployment.auth.email_otp": async fn a_mailed_code_signs_in_only_where_the_file_says_so() {
        for (flag, status) in [("true", 200), ("false", 400)] {
            let server = with(KEY, flag).await;
            let form = json!({ "strategy": "email_otp", "email": "ada@example.com" });
            assert_eq!(server.browser().post("/auth/signin", form).await.status, status, "{flag}");
            assert_eq!(auth_settings(&server).await["auth_factors_enabled"]["email_otp"], flag == "true");
        }
    }
    "deployment.auth.magic_link": async fn a_mailed_link_signs_in_only_where_the_file_says_so() {
        for (flag, status) in [("true", 200), ("false", 400)] {
            let server = with(KEY, flag).await;
            let form = json!({ "strategy": "magic_link", "email": "ada@example.com" });
            assert_eq!(server.browser().post("/auth/signin", form).await.status, status, "{flag}");
            assert_eq!(auth_settings(&server).await["auth_factors_enabled"]["email_magic_link"], flag == "true");
        }
    }
    "deployment.auth.second_factor.policy": async fn whoever_has_no_second_factor_sets_one_up_where_the_file_says_so() {
        for (policy, step) in [("none", ""), ("optional", ""), ("enforced", "add_second_factor")] {
            let server = with(KEY, &format!("{policy:?}")).await;
            // Whoever signs up sets one up before there is an account.
            let made = json!({ "email": "ada@example.com", "password": PASSWORD });
            Operator(&server).ask(reqwest::Method::POST, "/users", made).await.ok();
            let session = server.browser().sign_in("ada", PASSWORD).await.ok();
            assert_eq!(session["signin_attempts"][0]["current_step"], step, "{policy}");
            assert_eq!(session["active_signin"].is_null(), policy == "enforced");
            assert_eq!(auth_settings(&server).await["second_factor_policy"], policy);
        }
    }
    "deployment.auth.first_name": async fn a_first_name_is_off_optional_or_required() {
        names_are_used(KEY, "first_name").await;
    }
    "deployment.auth.last_name": async fn a_last_name_is_off_optional_or_required() {
        names_are_used(KEY, "last_name").await;
    }
    "deployment.auth.password_min_length": async fn a_password_has_the_length_that_the_file_says() {
        let server = with(KEY, "30").await;
        assert_eq!(sign_up(&server, form(json!({}))).await.refused(), (400, "password_too_short".to_owned()));
        sign_up(&server, form(json!({ "password": "thirty letters and a bit, or so" }))).await.ok();
        assert_eq!(auth_settings(&server).await["password"]["min_length"], 30);
        for (policy, least) in [("none", 15), ("optional", 15), ("enforced", 8)] {
            let server = with("deployment.auth.second_factor.policy", &format!("{policy:?}")).await;
            assert_eq!(auth_settings(&server).await["password"]["min_length"], least, "{policy}");
        }
    }
    "deployment.auth.password_requires": async fn a_password_holds_what_the_file_says() {
        for (word, without, with_it) in [
            ("lowercase", "CERTAINLY LONG ENOUGH", "CERTAINLY LONG enough"),
            ("uppercase", "certainly long enough", "Certainly long enough"),
            ("number", "certainly long enough", "certainly long enough 1"),
            ("special", "certainlylongenough1", "certainly-longenough1"),
        ] {
            let server = with(KEY, &format!("[{word:?}]")).await;
            let reply = sign_up(&server, form(json!({ "password": without }))).await;
            assert_eq!(reply.refused().0, 400, "{word}");
            sign_up(&server, form(json!({ "password": with_it }))).await.ok();
            assert_eq!(auth_settings(&server).await["password"][format!("require_{word}")], true);
        }
    }
    "deployment.restrictions.sign_up_mode": async fn nobody_signs_up_where_it_is_restricted() {
        let server = with(KEY, "\"restricted\"").await;
        assert_eq!(said(&server, "ada@example.com").await, (403, "SIGNUP_RESTRICTED".to_owned()));
        // Before anything is looked at: an empty form learns the same.
        assert_eq!(sign_up(&server, json!({})).await.refused().1, "SIGNUP_RESTRICTED");
        assert_eq!(restrictions(&server).await["sign_up_mode"], "restricted");
        assert_eq!(server.count("select count(*) from sessions where deployment_id = $1").await, 0);
    }
    "deployment.restrictions.allowlist": async fn only_who_is_listed_signs_up() {
        let server = with(KEY, "[\"example.com\", \"*.example.net\"]").await;
        lets_in(&server, "ada@example.com").await;
        lets_in(&server, "ada@mail.example.net").await;
        assert_eq!(said(&server, "ada@example.org").await, (403, "EMAIL_NOT_ALLOWED".to_owned()));
        let published = restrictions(&server).await;
        assert_eq!((&published["allowlist_enabled"], &published["allowlisted_resources"]), (&json!(true), &json!([])));
    }
    "deployment.restrictions.blocklist": async fn who_is_listed_does_not_sign_up_whether_there_is_an_account_or_not() {
        let server = with(KEY, "[\"bob@example.com\", \"example.org\"]").await;
        lets_in(&server, "ada@example.com").await;
        for email in ["bob@example.com", "Bob+x@EXAMPLE.com", "ada@example.org"] {
            assert_eq!(said(&server, email).await, (403, "EMAIL_BLOCKED".to_owned()), "{email}");
        }
        let published = restrictions(&server).await;
        assert_eq!((&published["blocklist_enabled"], &published["blocklisted_resources"]), (&json!(true), &json!([])));
    }
    "deployment.restrictions.block_subaddresses": async fn subaddresses_do_not_sign_up() {
        let server = with(KEY, "true").await;
        assert_eq!(said(&server, "ada+shop@example.com").await, (403, "EMAIL_BLOCKED".to_owned()));
        lets_in(&server, "ada@example.com").await;
        lets_in(&Keyrack::from_file(&[]).await, "ada+shop@example.com").await;
    }
    "deployment.restrictions.block_disposable_emails": async fn throw_away_addresses_do_not_sign_up() {
        let server = with(KEY, "true").await;
        assert_eq!(said(&server, "ada@mailinator.com").await, (403, "DISPOSABLE_EMAIL_BLOCKED".to_owned()));
        lets_in(&server, "ada@example.com").await;
        lets_in(&Keyrack::from_file(&[]).await, "ada@mailinator.com").await;
        assert_eq!(restrictions(&server).await["block_disposable_emails"], true);
    }
    "deployment.restrictions.banned_keywords": async fn banned_words_are_in_no_name() {
        let keys = [(KEY, "[\"boss\"]"), ("deployment.auth.username", "\"optional\"")];
        let server = Keyrack::from_file(&keys).await;
        for more in [
            json!({ "email": "the.boss@example.com" }),
            json!({ "first_name": "Big BOSS" }),
            json!({ "last_name": "Bossy" }),
            json!({ "username": "boss_1" }),
        ] {
            let reply = sign_up(&server, form(more.clone())).await;
            assert_eq!(reply.refused(), (403, "BANNED_KEYWORD".to_owned()), "{more}");
        }
        sign_up(&server, form(json!({ "email": "ada@boss.example", "username": "ada_l" }))).await.ok();
        assert_eq!(restrictions(&server).await["banned_keywords"], json!([]));
    }
}

async fn names_are_used(key: &str, name: &str) {
    for (used, alone, kept) in [("off", 200, ""), ("optional", 200, "Ada"), ("required", 400, "Ada")] {
        let server = with(key, &format!("{used:?}")).await;
        assert_eq!(sign_up(&server, form(json!({}))).await.status, alone, "{used}");
        let session = sign_up(&server, form(json!({ (name): "Ada" }))).await.ok();
        assert_eq!(session["signup_attempts"][0][name], kept, "{used}");
        let published = json!({ "enabled": used != "off", "required": used == "required" });
        assert_eq!(auth_settings(&server).await[name], published);
    }
}

#[tokio::test]
async fn a_username_chosen_with_the_code_is_looked_at_too_and_the_code_stays_good() {
    let keys = [
        ("deployment.restrictions.banned_keywords", "[\"boss\"]"),
        ("deployment.auth.username", "\"optional\""),
    ];
    let server = Keyrack::from_file(&keys).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    let mut body = crate::support::code_form(&attempt, &code);
    body["username"] = json!("the_boss");
    assert_eq!(browser.post("/auth/attempt-verification", body.clone()).await.refused().1, "BANNED_KEYWORD");
    body["username"] = json!("ada_l");
    browser.post("/auth/attempt-verification", body).await.ok();
}

#[tokio::test]
async fn an_attempt_is_held_to_the_rules_of_the_day_on_which_it_ends() {
    let server = Keyrack::from_file(&[]).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let code = server.code("ada").await;
    let restricted = keyrack_server::config::SignUpMode::Restricted;
    let server =
        server.restart_with(|config| config.deployments[0].restrictions.sign_up_mode = restricted).await;
    assert_eq!(browser.enters_code(&attempt, &code).await.refused(), (403, "SIGNUP_RESTRICTED".to_owned()));
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 0);
    // Nothing was used up by it.
    let open = keyrack_server::config::SignUpMode::Public;
    let server = server.restart_with(|config| config.deployments[0].restrictions.sign_up_mode = open).await;
    browser.enters_code(&attempt, &code).await.ok();
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 1);
}
