//! A session and all that it consists of, read from JSON and written as JSON. What serde makes for each of these types is more
//! than half of what a browser would load otherwise, so that their fields are named here once more; a field that is
//! missing does not compile. Words of a newer server are left out as `known` leaves them out.

use keyrack_protocol::{
    Acting, CurrentSessionStep, CurrentUser, EndReason, ErrorEntry, ErrorMeta, ProfileCompletionData,
    ReauthenticationMethod, Segment, Session, SignIn, SignInMethod, SigninAttempt, SignupAttempt,
    SignupAttemptStep, SocialConnection, Token, UserAuthenticator, UserEmailAddress, UserPhoneNumber,
};
use serde_json::{Map, Value};

/// What was wrong with what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    /// A word stands in it that is not known, and may not be missing.
    has_unknown: bool,
    /// It is something else.
    is_other: bool,
}

/// What stands in JSON.
pub trait Plain: Sized {
    /// Reads it; none is given where nothing stands. It is worth nothing when something was wrong.
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self;

    /// Writes it.
    fn write(&self) -> Value;
}

/// The value, without what a newer server knows and this version does not; none when it is none even so.
pub fn read<T: Plain>(value: &Value) -> Option<T> {
    let mut wrong = Wrong::default();
    let read = T::read(Some(value), &mut wrong);
    (wrong == Wrong::default()).then_some(read)
}

impl Plain for String {
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
        let text = value.and_then(Value::as_str);
        wrong.is_other |= text.is_none();
        text.unwrap_or_default().to_owned()
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Plain for bool {
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
        let is_so = value.and_then(Value::as_bool);
        wrong.is_other |= is_so.is_none();
        is_so.unwrap_or_default()
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Plain for i64 {
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
        let number = value.and_then(Value::as_i64);
        wrong.is_other |= number.is_none();
        number.unwrap_or_default()
    }

    fn write(&self) -> Value {
        Value::Number((*self).into())
    }
}

impl Plain for Map<String, Value> {
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
        let fields = value.and_then(Value::as_object);
        wrong.is_other |= fields.is_none();
        fields.cloned().unwrap_or_default()
    }

    fn write(&self) -> Value {
        Value::Object(self.clone())
    }
}

impl<T: Plain> Plain for Option<T> {
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
        let value = value.filter(|value| !value.is_null())?;
        let mut inside = Wrong::default();
        let read = T::read(Some(value), &mut inside);
        wrong.is_other |= inside.is_other && !inside.has_unknown;
        (inside == Wrong::default()).then_some(read)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
        let items = value.and_then(Value::as_array);
        wrong.is_other |= items.is_none();
        let mut read = Self::new();
        for item in items.into_iter().flatten() {
            // As something that may be missing: there is nothing to tell it from null.
            wrong.is_other |= item.is_null();
            read.extend(Option::<T>::read(Some(item), wrong));
        }
        read
    }

    fn write(&self) -> Value {
        let mut items = Vec::new();
        for item in self {
            items.push(item.write());
        }
        Value::Array(items)
    }
}

/// The fields of an object that is read.
struct Fields<'a, 'b>(&'a Value, &'b mut Wrong);

impl<'a, 'b> Fields<'a, 'b> {
    #[inline(never)]
    fn of(value: Option<&'a Value>, wrong: &'b mut Wrong) -> Self {
        let value = value.filter(|value| value.is_object());
        wrong.is_other |= value.is_none();
        Self(value.unwrap_or(&Value::Null), wrong)
    }

    #[inline(never)]
    fn get<T: Plain>(&mut self, name: &str) -> T {
        T::read(self.value(name), self.1)
    }

    /// For itself: there is no other function with a search in it.
    #[inline(never)]
    fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }
}

/// The fields of one that is written.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    #[inline(never)]
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

/// What a field is called: as in Rust, if nothing else is said.
macro_rules! key {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $key:literal) => {
        $key
    };
}

/// Reads and writes the fields of these types. Those behind the semicolon are not written when they are none.
macro_rules! objects {
    ($($type:ident { $($name:ident $(= $key:literal)?),* $(; $($rare:ident),*)? })*) => { $(
        impl Plain for $type {
            #[inline(never)]
            fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
                let mut fields = Fields::of(value, wrong);
                Self {
                    $($name: fields.get(key!($name $($key)?)),)*
                    $($($rare: fields.get(stringify!($rare)),)*)?
                }
            }

            #[inline(never)]
            fn write(&self) -> Value {
                let mut object = Object::default();
                $(object.put(key!($name $($key)?), self.$name.write());)*
                $($(if let Some(value) = &self.$rare {
                    object.put(stringify!($rare), value.write());
                })*)?
                Value::Object(object.0)
            }
        }
    )* };
}

objects! {
    Session {
        id, revision, end_reason, active_signin, signins, signin_attempts, signup_attempts; created_at, updated_at
    }
    SignIn {
        id, session_id, user_id, active_organization_membership_id, active_workspace_membership_id, user,
        expires_at_camel = "expiresAt", expires_at, last_active_at_camel = "lastActiveAt", last_active_at,
        ip_address_camel = "ipAddress", ip_address, region_code_camel = "regionCode", region_code,
        country_code_camel = "countryCode", country_code, browser, device, city, region, country, created_at,
        updated_at; act
    }
    Acting { sub, reason }
    CurrentUser {
        id, created_at, updated_at, first_name, last_name, username, email_address, availability,
        has_profile_picture, profile_picture_url, primary_email_address_id, primary_phone_number_id,
        primary_email_address, primary_phone_number, user_email_addresses, user_phone_numbers, email_addresses,
        phone_numbers, second_factor_policy, social_connections, user_authenticator, authenticators,
        backup_codes_generated, has_password, has_passkeys, public_metadata, segments
    }
    UserEmailAddress {
        id, email, is_primary, verified, verified_at, verification_strategy, created_at, updated_at
    }
    UserPhoneNumber { id, phone_number, country_code, verified, verified_at }
    SocialConnection { id, provider, email_address, first_name, last_name }
    UserAuthenticator { id, created_at }
    Segment { id, created_at, updated_at, deployment_id, name, kind = "type" }
    SigninAttempt {
        id, session_id, method, sso_provider, email, user_id, expires_at, first_method_authenticated,
        second_method_authenticated, second_method_authentication_required, available_2fa_methods, current_step,
        remaining_steps, completed, requires_completion, missing_fields, required_fields, profile_completion_data
    }
    ProfileCompletionData { ; first_name, last_name, username, email, phone_number, phone_country_code }
    SignupAttempt {
        id, session_id, first_name, last_name, email, username, phone_number, phone_country_code, required_fields,
        missing_fields, current_step, remaining_steps, completed, expires_at
    }
    Token { token, expires, lifetime_ms, signin_id, revision }
    ErrorEntry { code, message; meta }
    ErrorMeta { methods }
}

/// Reads and writes these words.
macro_rules! words {
    ($($type:ident { $($name:ident = $word:literal),* })*) => { $(
        impl Plain for $type {
            fn read(value: Option<&Value>, wrong: &mut Wrong) -> Self {
                let all = [$(($word, Self::$name)),*];
                let text = value.and_then(Value::as_str);
                wrong.is_other |= text.is_none();
                let known = all.iter().find(|(word, _)| Some(*word) == text);
                wrong.has_unknown |= text.is_some() && known.is_none();
                known.unwrap_or(&all[0]).1
            }

            fn write(&self) -> Value {
                let word = match self { $(Self::$name => $word),* };
                Value::String(word.to_owned())
            }
        }
    )* };
}

words! {
    EndReason {
        SignedOut = "signed_out", SignedOutElsewhere = "signed_out_elsewhere", Idle = "idle", MaxAge = "max_age",
        RevokedByAdmin = "revoked_by_admin", CredentialsChanged = "credentials_changed",
        UserDisabled = "user_disabled", UserDeleted = "user_deleted", MembershipEnded = "membership_ended",
        EvictedByCap = "evicted_by_cap", Superseded = "superseded"
    }
    SignInMethod {
        PlainEmail = "plain_email", PlainUsername = "plain_username", PhoneOtp = "phone_otp",
        MagicLink = "magic_link", EmailOtp = "email_otp", Sso = "sso", EnterpriseSso = "enterprise_sso",
        Passkey = "passkey", Impersonation = "impersonation", Ticket = "ticket"
    }
    CurrentSessionStep {
        VerifyPassword = "verify_password", VerifyEmail = "verify_email", VerifyEmailLink = "verify_email_link",
        VerifyEmailOtp = "verify_email_otp", VerifyPhone = "verify_phone", VerifyPhoneOtp = "verify_phone_otp",
        VerifySecondFactor = "verify_second_factor", AddSecondFactor = "add_second_factor",
        CompleteProfile = "complete_profile", Completed = ""
    }
    SignupAttemptStep {
        VerifyEmail = "verify_email", VerifyPhone = "verify_phone", VerifyAuthenticator = "verify_authenticator",
        Completed = ""
    }
    ReauthenticationMethod {
        Password = "password", EmailOtp = "email_otp", PhoneOtp = "phone_otp", Authenticator = "authenticator",
        BackupCode = "backup_code", Passkey = "passkey"
    }
}

#[cfg(test)]
mod tests;
