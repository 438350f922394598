//! What a deployment asks of second factors.

use super::table::Table;

/// Which second factors there are, and who needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Who needs one.
    pub policy: SecondFactorPolicy,
    /// Whether people may set up programs that make codes. Those that are set up go on working.
    pub authenticator: bool,
    /// Whether people may have backup codes made. Those that are made go on working.
    pub backup_codes: bool,
    /// Whether a code sent to a proved phone number is one.
    pub phone_otp: bool,
}

impl Default for SecondFactor {
    fn default() -> Self {
        Self {
            policy: SecondFactorPolicy::Optional,
            authenticator: true,
            backup_codes: true,
            phone_otp: false,
        }
    }
}

/// Who needs a second factor to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorPolicy {
    /// Nobody.
    None,
    /// Whoever has one.
    Optional,
    /// Everybody: who has none sets one up before the first sign-in.
    Enforced,
}

impl SecondFactorPolicy {
    const WORDS: [(&str, Self); 3] =
        [("none", Self::None), ("optional", Self::Optional), ("enforced", Self::Enforced)];

    /// The word in the file, with an account and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Optional => "optional",
            Self::Enforced => "enforced",
        }
    }

    /// The policy that a word names; none if it names none.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(name, _)| *name == word).map(|(_, policy)| policy)
    }

    /// What holds for an account that says this by itself: it may ask for more, and for less only where its
    /// deployment leaves that to it.
    #[must_use]
    pub fn of_account(self, own: Option<&str>) -> Self {
        match (self, own.and_then(Self::parse)) {
            (Self::Enforced, _) | (_, None) => self,
            (_, Some(own)) => own,
        }
    }
}

/// Reads the table `deployment.auth.second_factor`.
pub(super) fn read(mut table: Table<'_>) -> SecondFactor {
    let base = SecondFactor::default();
    let read = SecondFactor {
        policy: table.one_of("policy", &SecondFactorPolicy::WORDS).unwrap_or(base.policy),
        authenticator: table.flag("authenticator").unwrap_or(base.authenticator),
        backup_codes: table.flag("backup_codes").unwrap_or(base.backup_codes),
        phone_otp: table.flag("phone_otp").unwrap_or(base.phone_otp),
    };
    table.finish();
    read
}

#[cfg(test)]
mod tests {
    use super::SecondFactorPolicy as Policy;

    #[test]
    fn an_account_asks_for_more_than_its_deployment_and_for_less_only_where_that_is_left_to_it() {
        assert_eq!(Policy::Enforced.of_account(Some("none")), Policy::Enforced);
        assert_eq!(Policy::Optional.of_account(Some("none")), Policy::None);
        assert_eq!(Policy::None.of_account(Some("enforced")), Policy::Enforced);
        assert_eq!(Policy::Optional.of_account(None), Policy::Optional);
        assert_eq!(Policy::Optional.of_account(Some("whatever")), Policy::Optional);
    }
}
