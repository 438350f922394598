//! Which notifications somebody asks for.

use super::{State, Tray};
use crate::error::{Error, Result};
use crate::http::fields::Fields;
use crate::membership::Scope;
use keyrack_protocol::{Code, NotificationSeverity};

/// Which places are meant, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// All of them.
    All,
    /// The user alone, and where the sign-in stands.
    Current,
    /// The user alone.
    User,
    /// The organization that the sign-in stands in, or those that are named.
    Organization,
    /// The same of workspaces.
    Workspace,
}

/// The words of [`Channel`].
pub const CHANNELS: &[&str] = &["all", "current", "user", "organization", "workspace"];

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Which places; none for all.
    pub channels: Vec<Channel>,
    /// Only what belongs to these organizations, or workspaces in them.
    pub organizations: Vec<String>,
    /// Only what belongs to these workspaces.
    pub workspaces: Vec<String>,
    /// Only what was read, or was not.
    pub is_read: Option<bool>,
    /// Only what was put away, or was not.
    pub is_archived: Option<bool>,
    /// Only what has a star, or has none.
    pub is_starred: Option<bool>,
    /// Only what matters so much.
    pub severity: Option<NotificationSeverity>,
}

impl Channel {
    fn parse(word: &str) -> Result<Self> {
        Ok(match word {
            "all" => Self::All,
            "current" => Self::Current,
            "user" => Self::User,
            "organization" => Self::Organization,
            "workspace" => Self::Workspace,
            _ => return Err(wrong("channels", CHANNELS)),
        })
    }
}

impl Wanted {
    /// Reads `channels` (or the word `scope` of older clients), `organization_ids`, `workspace_ids`, `is_read`,
    /// `is_archived`, `is_starred` and `severity`.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`].
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut channels = list(fields, "channels")?;
        if channels.is_empty() {
            // Where a tab stands, which has dots in it, goes by the same name.
            channels = list(fields, "scope")?.into_iter().filter(|word| !word.contains('.')).collect();
        }
        let words: Vec<&str> = NotificationSeverity::ALL.iter().map(|severity| severity.as_str()).collect();
        let severity = fields.text("severity")?;
        Ok(Self {
            channels: channels.into_iter().map(Channel::parse).collect::<Result<_>>()?,
            organizations: list(fields, "organization_ids")?.into_iter().map(str::to_owned).collect(),
            workspaces: list(fields, "workspace_ids")?.into_iter().map(str::to_owned).collect(),
            is_read: fields.flag("is_read")?,
            is_archived: fields.flag("is_archived")?,
            is_starred: fields.flag("is_starred")?,
            severity: severity
                .map(|word| NotificationSeverity::parse(word).ok_or_else(|| wrong("severity", &words)))
                .transpose()?,
        })
    }

    /// How far those that are asked for have come.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        let fits = |state: &State| {
            self.is_read.is_none_or(|read| read == (*state != State::Unread))
                && self.is_archived.is_none_or(|archived| archived == (*state == State::Archived))
        };
        State::ALL.into_iter().filter(fits).collect()
    }

    /// Whether those of a place are asked for by somebody who stands in `scope`.
    #[must_use]
    pub fn takes(&self, tray: &Tray, scope: Option<&Scope>) -> bool {
        let named = !self.organizations.is_empty() || !self.workspaces.is_empty();
        let among =
            |ids: &[String], id: Option<&String>| ids.is_empty() || id.is_some_and(|id| ids.contains(id));
        let of_user = tray.organization.is_none();
        if !among(&self.organizations, tray.organization.as_ref())
            || !among(&self.workspaces, tray.workspace.as_ref())
        {
            return false;
        }
        let workspace = scope.and_then(|scope| scope.workspace.as_ref());
        let mut stands = scope.map(|scope| &scope.organization).into_iter().chain(workspace);
        let is_current = stands.any(|standing| standing.membership.as_str() == tray.membership);
        let takes = |channel: &Channel| match channel {
            Channel::All => true,
            Channel::Current => of_user || is_current,
            Channel::User => of_user,
            Channel::Organization => !of_user && tray.workspace.is_none() && (named || is_current),
            Channel::Workspace => tray.workspace.is_some() && (named || is_current),
        };
        self.channels.is_empty() || self.channels.iter().any(takes)
    }
}

/// The texts of a list, which may also stand in one text with commas between them.
fn list<'a>(fields: &'a Fields, name: &str) -> Result<Vec<&'a str>> {
    let all = fields.list(name)?.unwrap_or_default();
    Ok(all
        .into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .collect())
}

fn wrong(name: &str, words: &[&str]) -> Error {
    Error::refused(Code::InvalidParameter, format!("{name} must be one of {}.", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MembershipId;
    use crate::membership::Standing;

    fn tray(membership: &str, organization: &str, workspace: &str) -> Tray {
        let some = |id: &str| (!id.is_empty()).then(|| id.to_owned());
        Tray {
            membership: membership.to_owned(),
            organization: some(organization),
            workspace: some(workspace),
        }
    }

    /// The user's own, those of two organizations, and of a workspace in each.
    fn trays() -> [Tray; 5] {
        [
            tray("", "", ""),
            tray("ma", "a", ""),
            tray("mx", "a", "x"),
            tray("mb", "b", ""),
            tray("my", "b", "y"),
        ]
    }

    fn standing(membership: &str) -> Standing {
        Standing::in_new("", &MembershipId::stored(membership.to_owned()))
    }

    /// The memberships by which somebody sees what is asked for who stands in `a`, and in `x` if said so.
    fn seen(wanted: &Wanted, in_workspace: bool) -> String {
        let workspace = in_workspace.then(|| standing("mx"));
        let scope = Scope { organization: standing("ma"), workspace };
        let trays = trays();
        let seen = trays.iter().filter(|tray| wanted.takes(tray, Some(&scope)));
        seen.map(|tray| format!("{} ", tray.membership)).collect()
    }

    #[test]
    fn words_mean_places_by_where_somebody_stands() {
        let words = |channels: &[Channel]| Wanted { channels: channels.to_vec(), ..Wanted::default() };
        assert_eq!(seen(&words(&[]), true), " ma mx mb my ");
        assert_eq!(seen(&words(&[Channel::All]), false), " ma mx mb my ");
        assert_eq!(seen(&words(&[Channel::Current]), true), " ma mx ");
        assert_eq!(seen(&words(&[Channel::Current]), false), " ma ");
        assert_eq!(seen(&words(&[Channel::User]), true), " ");
        assert_eq!(seen(&words(&[Channel::Organization]), true), "ma ");
        assert_eq!(seen(&words(&[Channel::Workspace]), true), "mx ");
        assert_eq!(seen(&words(&[Channel::Workspace]), false), "");
        assert_eq!(seen(&words(&[Channel::User, Channel::Workspace]), true), " mx ");
        let nowhere = words(&[Channel::Current]);
        let all = trays();
        assert_eq!(all.iter().filter(|tray| nowhere.takes(tray, None)).count(), 1);
    }

    #[test]
    fn ids_narrow_what_words_mean() {
        let of = |organizations: &[&str], workspaces: &[&str], channels: &[Channel]| Wanted {
            channels: channels.to_vec(),
            organizations: organizations.iter().map(|id| (*id).to_owned()).collect(),
            workspaces: workspaces.iter().map(|id| (*id).to_owned()).collect(),
            ..Wanted::default()
        };
        assert_eq!(seen(&of(&["b"], &[], &[]), true), "mb my ");
        assert_eq!(seen(&of(&["b"], &[], &[Channel::Organization]), true), "mb ");
        assert_eq!(seen(&of(&["a", "b"], &[], &[Channel::Workspace]), true), "mx my ");
        assert_eq!(seen(&of(&[], &["y"], &[]), true), "my ");
        assert_eq!(seen(&of(&["a"], &["y"], &[]), true), "");
        assert_eq!(seen(&of(&["b"], &[], &[Channel::Current]), true), "");
        assert_eq!(seen(&of(&["unknown"], &[], &[]), true), "");
    }

    #[test]
    fn what_was_put_away_was_read() {
        let states = |is_read, is_archived| Wanted { is_read, is_archived, ..Wanted::default() }.states();
        assert_eq!(states(None, None), State::ALL);
        assert_eq!(states(Some(false), None), [State::Unread]);
        assert_eq!(states(Some(true), None), [State::Read, State::Archived]);
        assert_eq!(states(None, Some(false)), [State::Unread, State::Read]);
        assert_eq!(states(Some(true), Some(false)), [State::Read]);
        assert_eq!(states(Some(false), Some(true)), []);
    }
}
