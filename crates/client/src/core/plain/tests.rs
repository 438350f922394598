//! Read and written by hand is what serde reads and writes.

use super::*;
use crate::core::known::known;
use serde_json::json;

/// A session with everything in it that there can be.
fn full() -> Value {
    let address = json!({
        "id": "eml_1", "email": "a@b.c", "is_primary": true, "verified": true, "verified_at": "t",
        "verification_strategy": "otp", "created_at": "t", "updated_at": "t",
    });
    let phone = json!({ "id": "ph_1", "phone_number": "1", "country_code": "+1", "verified": true, "verified_at": "t" });
    let (authenticator, texts) = (json!({ "id": "mfa_1", "created_at": "t" }), json!(["a", "b"]));
    let mut user = json!({
        "has_profile_picture": true, "primary_email_address_id": "eml_1", "primary_phone_number_id": "ph_1",
        "primary_email_address": address, "primary_phone_number": phone, "user_email_addresses": [address],
        "user_phone_numbers": [phone], "email_addresses": [address], "phone_numbers": [phone],
        "user_authenticator": authenticator, "authenticators": [authenticator], "backup_codes_generated": true,
        "has_password": true, "has_passkeys": false, "public_metadata": { "n": 0.5, "list": [null, -1, "x"] },
    });
    let list = |names: &str| Value::Array(vec![named(json!({}), names)]);
    user["social_connections"] = list("id provider email_address first_name last_name");
    user["segments"] = list("id created_at updated_at deployment_id name type");
    let user = named(
        user,
        "id created_at updated_at first_name last_name username email_address availability profile_picture_url \
         second_factor_policy",
    );
    let sign_in = named(
        json!({ "user": user, "act": { "sub": "x", "reason": "y" } }),
        "id session_id user_id active_organization_membership_id active_workspace_membership_id expiresAt expires_at \
         lastActiveAt last_active_at ipAddress ip_address regionCode region_code countryCode country_code browser \
         device city region country created_at updated_at",
    );
    let data = "first_name last_name username email phone_number phone_country_code";
    let attempt = named(
        json!({
            "method": "passkey", "first_method_authenticated": true, "second_method_authenticated": false,
            "second_method_authentication_required": true, "available_2fa_methods": texts, "completed": false,
            "current_step": "verify_phone", "remaining_steps": ["verify_phone", ""], "requires_completion": true,
            "missing_fields": texts, "required_fields": texts, "profile_completion_data": named(json!({}), data),
        }),
        "id session_id sso_provider email user_id expires_at",
    );
    let new = json!({
        "required_fields": texts, "missing_fields": texts, "current_step": "verify_email",
        "remaining_steps": ["verify_email", "verify_phone"], "completed": true,
    });
    let new = named(new, &format!("id session_id expires_at {data}"));
    json!({
        "id": "ses_1", "revision": 7, "end_reason": "idle", "active_signin": sign_in, "signins": [sign_in],
        "signin_attempts": [attempt], "signup_attempts": [new], "created_at": "t", "updated_at": "t",
    })
}

/// With a text under each of these names.
fn named(mut object: Value, names: &str) -> Value {
    names.split_whitespace().for_each(|name| object[name] = format!("a {name}").into());
    object
}

/// Every value that comes of this one by having `instead` in one place, or nothing.
fn spoilt(value: &Value, instead: Option<&Value>) -> Vec<Value> {
    let mut all: Vec<Value> = instead.cloned().into_iter().collect();
    let mut each = |place: &str, inner: &Value, without: Value| {
        all.extend(instead.is_none().then_some(without));
        let with = |inner: Value| {
            let mut value = value.clone();
            *value.pointer_mut(&format!("/{place}")).unwrap() = inner;
            value
        };
        all.extend(spoilt(inner, instead).into_iter().map(with));
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            let mut without = fields.clone();
            without.remove(name);
            each(name, inner, Value::Object(without));
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, inner)| {
            let mut without = items.clone();
            without.remove(index);
            each(&index.to_string(), inner, Value::Array(without));
        }),
        _ => {}
    }
    all
}

#[test]
fn a_session_is_read_and_written_as_serde_does_it() {
    let full = full();
    let session: Session = read(&full).unwrap();
    assert_eq!(session.write(), full);
    assert_eq!(serde_json::to_value(&session).unwrap(), full);
    let empty = Session::empty(None);
    assert_eq!(empty.write(), serde_json::to_value(&empty).unwrap());
}

#[test]
fn whatever_is_wrong_with_a_session_is_judged_as_that_of_everything_else() {
    let full = full();
    let mut seen = 0;
    for instead in [None, Some(json!(null)), Some(json!("abducted")), Some(json!(1)), Some(json!([]))] {
        for value in spoilt(&full, instead.as_ref()) {
            assert_eq!(read::<Session>(&value), known(value.clone()), "{instead:?}: {value}");
            seen += 1;
        }
    }
    assert!(seen > 1_000, "{seen}");
}

fn are_words<T: Plain + PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned>(
    words: &str,
) {
    for word in words.split(' ').chain(["abducted"]) {
        assert_eq!(read::<T>(&json!(word)), serde_json::from_value(json!(word)).ok());
        assert_eq!(
            read::<T>(&json!(word)).map(|read| read.write()),
            read::<T>(&json!(word)).map(|_| json!(word))
        );
    }
}

#[test]
fn words_are_those_of_the_wire() {
    for reason in EndReason::ALL {
        assert_eq!((reason.write(), read(&json!(reason.as_str()))), (json!(reason.as_str()), Some(reason)));
    }
    are_words::<SignInMethod>(
        "plain_email plain_username phone_otp magic_link email_otp sso enterprise_sso passkey impersonation ticket",
    );
    are_words::<CurrentSessionStep>(
        "verify_password verify_email verify_email_link verify_email_otp verify_phone verify_phone_otp \
         verify_second_factor add_second_factor complete_profile ",
    );
    are_words::<SignupAttemptStep>("verify_email verify_phone verify_authenticator ");
    are_words::<ReauthenticationMethod>("password email_otp phone_otp authenticator backup_code passkey");
}
