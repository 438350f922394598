use crate::wire;
use serde_json::{Map, Value};

wire! {
    /// Something that a user is told, in the user's inbox.
    pub struct Notification {
        /// Its id.
        pub id: String,
        /// The deployment.
        pub deployment_id: String,
        /// Whose inbox it is in.
        pub user_id: String,
        /// The organization that it belongs to; null for one that belongs to the user alone.
        pub organization_id: Option<String>,
        /// The workspace that it belongs to, if to one.
        pub workspace_id: Option<String>,
        /// What happened, for programs: it never changes its meaning, and new ones come. An application that says it in
        /// its own words does so by this and `metadata`.
        pub kind: String,
        /// What happened, in a few words, in English: plain text, no markup.
        pub title: String,
        /// The same in a sentence or two: plain text, no markup.
        pub body: String,
        /// What can be done about it; empty for everything that Keyrack itself says.
        pub ctas: Vec<NotificationCta>,
        /// `info`, `success`, `warning` or `error`.
        pub severity: NotificationSeverity,
        /// Whether it was read. What is archived was.
        pub is_read: bool,
        /// When, if it was.
        pub read_at: Option<String>,
        /// Whether it was put away.
        pub is_archived: bool,
        /// When, if it was.
        pub archived_at: Option<String>,
        /// Whether it is marked with a star.
        pub is_starred: bool,
        /// The facts, as names and texts.
        #[cfg_attr(feature = "ts", ts(type = "Record<string, string>"))]
        pub metadata: Map<String, Value>,
        /// When it was written.
        pub created_at: String,
        /// When it was last read, unread, archived or starred.
        pub updated_at: String,
        /// When it goes.
        pub expires_at: String,
    }
}

wire! {
    /// How much it matters.
    #[serde(rename_all = "snake_case")]
    pub enum NotificationSeverity {
        /// Good to know.
        Info,
        /// Something that went well.
        Success,
        /// Something to look at.
        Warning,
        /// Something that went wrong.
        Error,
    }
}

wire! {
    /// Something that can be done about a notification.
    pub struct NotificationCta {
        /// What a person reads.
        pub label: String,
        /// What a program makes of it.
        #[cfg_attr(feature = "ts", ts(type = "unknown"))]
        pub payload: Value,
    }
}

wire! {
    /// A page of an inbox, newest first.
    pub struct NotificationPage {
        /// What is on it.
        pub notifications: Vec<Notification>,
        /// Whether there is more behind it.
        pub has_more: bool,
        /// What to send as `cursor` for what is behind it: the id of the last one.
        pub next_cursor: Option<String>,
    }
}

wire! {
    /// How much of an inbox was not read.
    pub struct NotificationsUnread {
        /// In all places that were asked for: the sum of `places`.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub count: i64,
        /// In each where there is something, those with most first.
        pub places: Vec<NotificationsUnreadIn>,
    }
}

wire! {
    /// How much was not read of what belongs to one place.
    pub struct NotificationsUnreadIn {
        /// The organization; null for what belongs to the user alone.
        pub organization_id: Option<String>,
        /// The workspace; null for what belongs to the organization itself.
        pub workspace_id: Option<String>,
        /// How much; at most 1 000 are counted.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub count: i64,
    }
}

wire! {
    /// How many notifications were changed.
    pub struct NotificationsChanged {
        /// So many.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub affected: i64,
    }
}

impl NotificationSeverity {
    /// Every one there is.
    pub const ALL: [Self; 4] = [Self::Info, Self::Success, Self::Warning, Self::Error];

    /// The word on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The one that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_spelt_alike_in_json_and_in_the_database() {
        for severity in NotificationSeverity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
            assert_eq!(NotificationSeverity::parse(severity.as_str()), Some(severity));
        }
        assert_eq!(NotificationSeverity::parse("fatal"), None);
    }
}
