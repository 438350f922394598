use crate::{EndReason, wire};

wire! {
    /// What an event of `GET /session/events` says: the session now has this revision. What has changed is read
    /// with `GET /session`; revisions in between may have been left out.
    pub struct SessionEvent {
        /// The session.
        pub session_id: String,
        /// Its revision: it never goes down on one stream.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub revision: i64,
        /// What the last change was.
        pub reason: ChangeReason,
    }
}

wire! {
    /// What an event of `GET /admin/v1/revocations` says, be it a `snapshot` or `revoked`.
    pub struct RevocationEvent {
        /// For how long a revocation is to be remembered, in milliseconds: no token lives longer.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub window_ms: i64,
        /// Which tokens to refuse. An event `snapshot` holds all that there is to know; none takes back an earlier one.
        pub revocations: Vec<Revocation>,
    }
}

wire! {
    /// Which tokens of one sign-in to refuse.
    pub struct Revocation {
        /// The sign-in, as the claim `signin_id` names it.
        pub signin_id: String,
        /// Tokens whose claim `rev` is lower are refused.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub not_before_rev: i64,
    }
}

wire! {
    /// What an event `notification` of `GET /session/events` says: in the inbox of somebody who is signed in on the session
    /// something has come, or was read, archived or starred. The session has no new revision by it. What it is, is read
    /// with `GET /notifications`; several may be told by one event.
    pub struct NotificationEvent {
        /// The session.
        pub session_id: String,
    }
}

/// Declares the reasons once: the variant and the word on the wire.
macro_rules! reasons {
    ($($(#[$meta:meta])* $name:ident = $word:literal;)*) => {
        wire! {
            /// Why a session has a new revision. In an event `end` it says why the session ended; a reason that
            /// says why something ended may also stand in an event `session`, when another account is left.
            #[serde(rename_all = "snake_case")]
            pub enum ChangeReason { $($(#[$meta])* $name,)* }
        }

        impl ChangeReason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
        }
    };
}

reasons! {
    /// Nothing has changed: this is where the session stands, at the beginning of a stream or after it was
    /// compared with the database.
    Current = "current";
    /// Somebody signed in, or signed up.
    SignedIn = "signed_in";
    /// Another sign-in became the active one.
    Switched = "switched";
    /// An attempt to sign in or up was begun, moved or ended.
    Attempt = "attempt";
    /// A sign-in was used, which moved its end.
    Renewed = "renewed";
    /// Anything else, such as a name.
    Changed = "changed";
    /// Signed out here.
    SignedOut = "signed_out";
    /// Signed out from another device.
    SignedOutElsewhere = "signed_out_elsewhere";
    /// Not used for too long.
    Idle = "idle";
    /// Reached its longest life.
    MaxAge = "max_age";
    /// Ended by an administrator.
    RevokedByAdmin = "revoked_by_admin";
    /// A password or factor changed.
    CredentialsChanged = "credentials_changed";
    /// The account was disabled.
    UserDisabled = "user_disabled";
    /// The account was deleted.
    UserDeleted = "user_deleted";
    /// A membership ended.
    MembershipEnded = "membership_ended";
    /// A sign-in may not be used any more in the organization or workspace where it stood, by what that asks.
    ScopeEnded = "scope_ended";
    /// The account signed in on more browsers than it may.
    EvictedByCap = "evicted_by_cap";
    /// Another sign-in took its place.
    Superseded = "superseded";
    /// It has ended, and nobody knows why.
    Unknown = "unknown";
}

impl ChangeReason {
    /// The reason that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
    }

    /// The reason of an event `end`: itself if it says why something ended.
    #[must_use]
    pub fn of_an_end(self) -> Self {
        if EndReason::parse(self.as_str()).is_some() { self } else { Self::Unknown }
    }
}

impl From<EndReason> for ChangeReason {
    fn from(reason: EndReason) -> Self {
        Self::parse(reason.as_str()).unwrap_or(Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_spelt_alike_everywhere_and_every_end_has_one() {
        for reason in ChangeReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert_eq!(ChangeReason::parse(reason.as_str()), Some(*reason));
        }
        for end in EndReason::ALL {
            let reason = ChangeReason::from(end);
            assert_eq!((reason.as_str(), reason.of_an_end()), (end.as_str(), reason));
        }
        let others = ChangeReason::ALL.iter().filter(|reason| EndReason::parse(reason.as_str()).is_none());
        let others: Vec<&str> = others.map(|reason| reason.as_str()).collect();
        assert_eq!(
            others,
            ["current", "signed_in", "switched", "attempt", "renewed", "changed", "scope_ended", "unknown"]
        );
        assert_eq!(ChangeReason::Switched.of_an_end(), ChangeReason::Unknown);
    }
}
