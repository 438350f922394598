//! What must fit together in what a deployment says to people.

use super::fit::Told;
use super::{FieldUse, Severity};
use crate::mail::own;

use Severity::Error;

impl Told<'_> {
    /// Numbers are proved by messages that somebody sends.
    pub(super) fn phones(&self, has_sms: bool) {
        if self.deployment.auth.phone != FieldUse::Off && !has_sms {
            let text = "phone numbers are proved by text messages, and nobody sends them; fill in [sms], or set phone to \"off\"";
            self.say(Error, "auth.phone", text);
        }
    }

    /// Texts of its own are tried before anybody needs them.
    pub(super) fn templates(&self) {
        // Links are judged by the origin, which a stand-in stands for when it is none.
        if self.draft.origin.is_none() {
            return;
        }
        for text in own::check(self.deployment) {
            self.say(Error, "messages.templates", format!("templates: {text}"));
        }
    }
}
