//! The JSON that travels between a Keyrack server and its clients.
//!
//! One struct here is one object on the wire. Clients are older and newer than the server, so the wire
//! only ever grows: fields are added, never removed and never given another meaning. Times are RFC 3339
//! in UTC with milliseconds, ids are opaque strings, lists are never null.
//!
//! With the feature `ts`, [`typescript::module`] writes the same types as TypeScript; `cargo xtask gen`
//! puts them into `packages/react/src/types.gen.ts`. With `openapi` the server describes them in its OpenAPI
//! document.

/// What the README shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod account;
mod attempt;
mod captcha;
mod deployment;
mod device;
mod domain;
mod envelope;
mod error;
mod event;
mod handover;
mod handshake;
mod invitation;
mod notification;
mod organization;
mod passkey;
mod recovery;
mod session;
mod theme;
mod token;
#[cfg(feature = "ts")]
pub mod typescript;
mod user;
mod waitlist;
mod workspace;

pub use account::{
    AccountDeletion, AccountExport, ExportedEvent, ExportedInvitation, ExportedSignIn, SignedOutElsewhere,
};
pub use attempt::{
    Availability, CurrentSessionStep, Identified, MagicLink, MagicLinkState, ProfileCompletionData,
    SignInMethod, SigninAttempt, SignupAttempt, SignupAttemptStep, VerificationPrepared,
};
pub use captcha::{CaptchaChallenge, CaptchaPuzzle, CaptchaRedeemed};
pub use deployment::{
    AuthFactorsEnabled, AuthSettings, B2bSettings, CountryRestrictions, Deployment, FieldSetting,
    MultiSessionSupport, PasskeySetting, PasswordSetting, Restrictions, UiSettings, VerificationPolicy,
};
pub use device::{DeviceCode, DeviceDecided, DeviceRequest};
pub use domain::{DomainJoinMode, OrganizationDomain, OrganizationDomainVerified, OrganizationSuggestion};
pub use envelope::{
    Envelope, ErrorDetail, ErrorEntry, ErrorMeta, ReauthenticationMethod, ReauthenticationPrepared,
};
pub use error::{Code, EndReason};
pub use event::{ChangeReason, NotificationEvent, Revocation, RevocationEvent, SessionEvent};
pub use handover::HandoverTicket;
pub use handshake::HandshakeAnswer;
pub use invitation::{
    InvitationAcceptance, InvitationRefusal, InvitationValidation, InvitedTo, OrganizationInvitation,
};
pub use notification::{
    Notification, NotificationCta, NotificationPage, NotificationSeverity, NotificationsChanged,
    NotificationsUnread, NotificationsUnreadIn,
};
pub use organization::{
    EligibilityRestriction, Organization, OrganizationCreated, OrganizationMember, OrganizationMemberPage,
    OrganizationMembership, OrganizationRole, PageMeta, PublicEmailAddress, PublicUserData, Removed,
};
pub use passkey::{
    PasskeyAlgorithm, PasskeyCreation, PasskeyCreationOptions, PasskeyCreationPublicKey, PasskeyDescriptor,
    PasskeyOptions, PasskeyRegistered, PasskeyRelyingParty, PasskeyRequest, PasskeyRequestOptions,
    PasskeyRequestPublicKey, PasskeySelection, PasskeyUser, UserPasskey,
};
pub use recovery::{PasswordRecovery, PasswordResetValidation};
pub use session::{Acting, Session, SignIn, TicketExchange};
pub use theme::{ThemeTokenSet, ThemeTokens};
pub use token::{Discovery, Jwk, Jwks, Token};
pub use user::{
    CurrentUser, NewAuthenticator, Segment, SocialConnection, UserAuthenticator, UserEmailAddress,
    UserPhoneNumber,
};
pub use waitlist::{WaitlistEntry, WaitlistJoined};
pub use workspace::{
    Workspace, WorkspaceCreated, WorkspaceMember, WorkspaceMemberPage, WorkspaceMembership, WorkspaceRole,
};

/// Derives what every wire type needs, and the TypeScript form and the JSON Schema when they are asked for.
macro_rules! wire {
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub struct $($rest)*
    };
    ($(#[$meta:meta])* pub enum $($rest:tt)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub enum $($rest)*
    };
}
pub(crate) use wire;
