//! What must fit together of the ways in.

use super::fit::Told;
use super::{FieldUse, SecondFactorPolicy, Severity};

impl Told<'_> {
    /// Whether people can do what they are asked for, and be sent what they wait for.
    pub(super) fn ways(&self, sends_text: bool) {
        let auth = &self.deployment.auth;
        if auth.second_factor.policy == SecondFactorPolicy::Enforced && !auth.second_factor.authenticator {
            let text = "\"enforced\" lets nobody in without a second factor, and nobody can set one up on the way; set authenticator to true";
            self.say(Severity::Error, "auth.second_factor.policy", text);
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
