use crate::Refusal;
use crate::jws::object;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;

/// What a verified token says. There is no other way to get one than from a [`Verifier`](crate::Verifier). Copies share
/// what they hold.
#[derive(Clone)]
pub struct Claims(Arc<Inner>);

struct Inner {
    known: Known,
    payload: Vec<u8>,
}

/// The claims that are read at once. Times are Unix seconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Known {
    pub(crate) iss: String,
    pub(crate) sub: String,
    sid: String,
    pub(crate) signin_id: String,
    pub(crate) rev: i64,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) nbf: Option<i64>,
    pub(crate) aud: Option<Audience>,
    jti: Option<String>,
    azp: Option<String>,
    organization: Option<String>,
    workspace: Option<String>,
    #[serde(default)]
    permissions: Permissions,
    auth_time: Option<i64>,
    #[serde(default)]
    amr: Vec<String>,
    act: Option<Actor>,
}

/// One audience or several (RFC 7519, section 4.1.3).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether `name` is among them.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Many(all) => all.iter().any(|one| one == name),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Permissions {
    #[serde(default)]
    organization: Vec<String>,
    #[serde(default)]
    workspace: Vec<String>,
}

/// Who acts as the user: an operator who impersonates them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Actor {
    /// The actor's id.
    pub sub: String,
}

impl Known {
    /// What must be there to be read at all, of the types that it must have.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Refusal> {
        let known: Self = object(json)?;
        let named = [&known.sub, &known.sid, &known.signin_id].iter().all(|id| !id.is_empty());
        if named && known.rev >= 0 { Ok(known) } else { Err(Refusal::Invalid) }
    }
}

impl Claims {
    pub(crate) fn new(known: Known, payload: Vec<u8>) -> Self {
        Self(Arc::new(Inner { known, payload }))
    }

    fn known(&self) -> &Known {
        &self.0.known
    }

    /// The user that the token speaks for (`sub`).
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.known().sub
    }

    /// The session that it was minted in (`sid`): one browser's.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.known().sid
    }

    /// The sign-in that it speaks for (`signin_id`): one account in that session.
    #[must_use]
    pub fn sign_in_id(&self) -> &str {
        &self.known().signin_id
    }

    /// The session's revision when it was minted (`rev`).
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.known().rev
    }

    /// When it was minted (`iat`), in Unix seconds.
    #[must_use]
    pub fn issued_at(&self) -> i64 {
        self.known().iat
    }

    /// When it expires (`exp`), in Unix seconds.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.known().exp
    }

    /// Its own id (`jti`), unique; absent if its template leaves it out.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.known().jti.as_deref()
    }

    /// The origin of the page that asked for it (`azp`).
    #[must_use]
    pub fn authorized_party(&self) -> Option<&str> {
        self.known().azp.as_deref()
    }

    /// The organization that the sign-in stands in.
    #[must_use]
    pub fn organization_id(&self) -> Option<&str> {
        self.known().organization.as_deref()
    }

    /// The workspace that it stands in.
    #[must_use]
    pub fn workspace_id(&self) -> Option<&str> {
        self.known().workspace.as_deref()
    }

    /// What it may in the organization.
    #[must_use]
    pub fn organization_permissions(&self) -> &[String] {
        &self.known().permissions.organization
    }

    /// What it may in the workspace.
    #[must_use]
    pub fn workspace_permissions(&self) -> &[String] {
        &self.known().permissions.workspace
    }

    /// Whether it may do this where it stands, be it by a role in the organization or in the workspace.
    #[must_use]
    pub fn has(&self, permission: &str) -> bool {
        let Permissions { organization, workspace } = &self.known().permissions;
        organization.iter().chain(workspace).any(|held| held == permission)
    }

    /// When somebody last proved who they are (`auth_time`), in Unix seconds.
    #[must_use]
    pub fn proved_at(&self) -> Option<i64> {
        self.known().auth_time
    }

    /// By what that was proved (`amr`, RFC 8176).
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.known().amr
    }

    /// Who acts as the user (`act`), when it is not the user.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.known().act.as_ref()
    }

    /// All claims as a type of yours, also those that a template adds.
    ///
    /// # Errors
    /// When they are of another form.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0.payload)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.known().fmt(out)
    }
}
