//! What must fit together of the ways in.

use super::fit::Told;
use super::{FieldUse, FirstFactor, SecondFactorPolicy, Severity};

impl Told<'_> {
    /// Whether people can do what they are asked for, and be sent what they wait for.
    pub(super) fn ways(&self, sends_text: bool) {
        let auth = &self.deployment.auth;
        let takes_passkeys = auth.passkey.enabled && auth.passkey.rp_id(&self.deployment.origin).is_some();
        let can_be_set_up = auth.second_factor.authenticator || takes_passkeys;
        if auth.second_factor.policy == SecondFactorPolicy::Enforced && !can_be_set_up {
            let text = "\"enforced\" lets nobody in without a second factor, and nobody can set one up on the way; set authenticator to true, or passkey.enabled";
            self.say(Severity::Error, "auth.second_factor.policy", text);
        }
        let first = match auth.first_factor {
            FirstFactor::EmailOtp => Some((auth.email_otp, "email_otp")),
            FirstFactor::MagicLink => Some((auth.magic_link, "magic_link")),
            FirstFactor::PhoneOtp => Some((auth.phone_otp, "phone_otp")),
            FirstFactor::EmailPassword | FirstFactor::UsernamePassword => None,
        };
        if let Some((false, key)) = first {
            let text = format!(
                "first_factor {:?} is a form that is not offered; set {key} to true",
                auth.first_factor.as_str()
            );
            self.say(Severity::Error, "auth.first_factor", text);
        }
        let by_phone = auth.phone_otp || auth.second_factor.phone_otp;
        if by_phone && auth.phone == FieldUse::Off {
            let text = "codes to phone numbers need phone numbers; set phone to \"optional\" or \"required\"";
            self.say(Severity::Error, "auth.phone", text);
        }
        if (by_phone || auth.phone != FieldUse::Off) && !sends_text {
            let text = "nobody sends text messages, so that no phone number can be proved; add [sms], or set phone to \"off\"";
            self.say(Severity::Warning, "auth.phone", text);
        }
    }
}
