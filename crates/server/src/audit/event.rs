//! What a record may tell of, one word for each.

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A code was mailed to prove an address.
    CodeSent,
    /// None was mailed: the address has an account, which a stranger is not told.
    CodeWithheld,
    /// A code was wrong, dead or too late.
    CodeRefused,
    /// A code proved an address.
    CodeAccepted,
    /// An account was made by signing up.
    SignedUp,
    /// A proved address made no account, because it had one.
    SignUpRefused,
    /// An account was signed in on a session.
    SignedIn,
    /// A password was wrong, or the account may not sign in there.
    SignInRefused,
    /// Somebody who was signed in proved again who it is; the reason says how.
    ProvedAgain,
    /// Somebody who was signed in could not prove it again.
    ProofRefused,
    /// A sign-in ended; the reason says why.
    SignInEnded,
    /// An operator ended a session in which nobody was signed in.
    SessionEnded,
    /// Further tries will be refused for a while; the reason says which count is full.
    LockoutBegun,
    /// A request carried credentials of two sessions.
    CredentialAmbiguous,
    /// A session named a sign-in that is not its own.
    ForeignSignInNamed,
    /// Somebody, or a page, asked for what they may not do; the reason is the code.
    ActRefused,
    /// The owner of an account changed a way into it, or asked for its end; the reason says what.
    AccountChanged,
    /// Another password was set with a mailed link or code.
    PasswordReset,
    /// An operator made an account.
    UserCreated,
    /// An operator, or a backend, changed what an account is called or what is kept with it.
    UserChanged,
    /// A backend told the owner of an account something.
    UserTold,
    /// A backend read everything that is kept of an account.
    UserExported,
    /// An operator disabled an account.
    UserDisabled,
    /// An operator let an account act again.
    UserEnabled,
    /// An operator took all second factors from an account.
    FactorsReset,
    /// An operator deleted an account.
    UserDeleted,
    /// A user made an organization.
    OrganizationCreated,
    /// Whoever runs the application changed an organization.
    OrganizationChanged,
    /// An administrator deleted an organization.
    OrganizationDeleted,
    /// A user made a workspace.
    WorkspaceCreated,
    /// Whoever runs the application changed a workspace.
    WorkspaceChanged,
    /// An administrator deleted a workspace.
    WorkspaceDeleted,
    /// A user became a member of an organization or workspace that was there.
    MemberJoined,
    /// A user left an organization or workspace.
    MemberLeft,
    /// A member was removed from an organization or workspace.
    MemberRemoved,
    /// An administrator changed what a role of the place's own allows.
    RoleChanged,
    /// A member got a role.
    RoleGiven,
    /// A role was taken from a member.
    RoleTaken,
    /// An administrator made a role of the place's own.
    RoleCreated,
    /// An administrator removed a role of the place's own.
    RoleRemoved,
    /// What an organization or workspace asks of whoever acts in it was changed.
    RestrictionChanged,
    /// A sign-in was put out of an organization or workspace whose restriction it does not meet.
    ScopeEnded,
    /// An invitation to an organization or workspace was mailed, anew or for the first time.
    InvitationSent,
    /// An invitation was withdrawn, by whoever manages the place or with the membership that it could have renewed.
    InvitationWithdrawn,
    /// A user accepted an invitation, and is a member.
    InvitationAccepted,
    /// A token was none of an invitation, or somebody else's.
    InvitationRefused,
    /// Whoever runs the application took an address off the waitlist.
    WaitlistRefused,
    /// A member said that a domain is the organization's.
    DomainClaimed,
    /// The organization proved a domain.
    DomainVerified,
    /// A member removed a domain from the organization.
    DomainRemoved,
    /// The record that proves a domain was missed for the first time.
    DomainMissed,
    /// A domain is not proved any more: its record was missing for too long.
    DomainLost,
    /// A passkey signed with a counter that went back: there may be two of it.
    PasskeyCopied,
    /// An operator made a secret key for a backend.
    ApiKeyCreated,
    /// An operator ended a secret key of a backend.
    ApiKeyRevoked,
    /// A call of a backend had no key of the deployment, one that is over, or one that is not for that.
    ApiKeyRefused,
    /// A ticket was made; the reason is its kind.
    TicketCreated,
    /// A ticket was taken back before anybody used it; the reason is its kind.
    TicketRevoked,
    /// A ticket opened nothing; the reason says why.
    TicketRefused,
    /// Somebody who acts as somebody else tried what only its owner may.
    ImpersonationRefused,
    /// Somebody let a program sign in.
    DeviceConfirmed,
    /// Somebody kept a program out.
    DeviceDenied,
    /// Somebody typed a code that no program had.
    DeviceCodeRefused,
    /// A key that signs tokens was made: the first one, or the next; the reason is its id.
    SigningKeyMade,
    /// An operator said that others may have a key that signs tokens: nothing is signed with it any more.
    SigningKeyWithdrawn,
    /// An operator gave the installation another master key.
    MasterKeyChanged,
    /// An operator filled the database from a backup; the reason is when that was made.
    BackupRestored,
    /// An operator moved the database to another engine.
    DatabaseMoved,
}

impl Event {
    /// The word in the database and on the socket.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodeSent => "code_sent",
            Self::CodeWithheld => "code_withheld",
            Self::CodeRefused => "code_refused",
            Self::CodeAccepted => "code_accepted",
            Self::SignedUp => "signed_up",
            Self::SignUpRefused => "sign_up_refused",
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::ProvedAgain => "proved_again",
            Self::ProofRefused => "proof_refused",
            Self::SignInEnded => "sign_in_ended",
            Self::SessionEnded => "session_ended",
            Self::LockoutBegun => "lockout_begun",
            Self::CredentialAmbiguous => "credential_ambiguous",
            Self::ForeignSignInNamed => "foreign_sign_in_named",
            Self::ActRefused => "act_refused",
            Self::AccountChanged => "account_changed",
            Self::PasswordReset => "password_reset",
            Self::UserCreated => "user_created",
            Self::UserChanged => "user_changed",
            Self::UserTold => "user_told",
            Self::UserExported => "user_exported",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::FactorsReset => "factors_reset",
            Self::UserDeleted => "user_deleted",
            Self::OrganizationCreated => "organization_created",
            Self::OrganizationChanged => "organization_changed",
            Self::OrganizationDeleted => "organization_deleted",
            Self::WorkspaceCreated => "workspace_created",
            Self::WorkspaceChanged => "workspace_changed",
            Self::WorkspaceDeleted => "workspace_deleted",
            Self::MemberJoined => "member_joined",
            Self::MemberLeft => "member_left",
            Self::MemberRemoved => "member_removed",
            Self::RoleChanged => "role_changed",
            Self::RoleGiven => "role_given",
            Self::RoleTaken => "role_taken",
            Self::RoleCreated => "role_created",
            Self::RoleRemoved => "role_removed",
            Self::RestrictionChanged => "restriction_changed",
            Self::ScopeEnded => "scope_ended",
            Self::InvitationSent => "invitation_sent",
            Self::InvitationWithdrawn => "invitation_withdrawn",
            Self::InvitationAccepted => "invitation_accepted",
            Self::InvitationRefused => "invitation_refused",
            Self::WaitlistRefused => "waitlist_refused",
            Self::DomainClaimed => "domain_claimed",
            Self::DomainVerified => "domain_verified",
            Self::DomainRemoved => "domain_removed",
            Self::DomainMissed => "domain_missed",
            Self::DomainLost => "domain_lost",
            Self::PasskeyCopied => "passkey_copied",
            Self::ApiKeyCreated => "api_key_created",
            Self::ApiKeyRevoked => "api_key_revoked",
            Self::ApiKeyRefused => "api_key_refused",
            Self::TicketCreated => "ticket_created",
            Self::TicketRevoked => "ticket_revoked",
            Self::TicketRefused => "ticket_refused",
            Self::ImpersonationRefused => "impersonation_refused",
            Self::DeviceConfirmed => "device_confirmed",
            Self::DeviceDenied => "device_denied",
            Self::DeviceCodeRefused => "device_code_refused",
            Self::SigningKeyMade => "signing_key_made",
            Self::SigningKeyWithdrawn => "signing_key_withdrawn",
            Self::MasterKeyChanged => "master_key_changed",
            Self::BackupRestored => "backup_restored",
            Self::DatabaseMoved => "database_moved",
        }
    }

    /// Whether what was asked was done: `ok` or `refused`.
    #[must_use]
    pub(super) fn result(self) -> &'static str {
        match self {
            Self::CodeWithheld
            | Self::CodeRefused
            | Self::SignUpRefused
            | Self::SignInRefused
            | Self::ProofRefused
            | Self::CredentialAmbiguous
            | Self::ForeignSignInNamed
            | Self::ActRefused
            | Self::InvitationRefused
            | Self::ApiKeyRefused
            | Self::TicketRefused
            | Self::ImpersonationRefused
            | Self::DeviceCodeRefused
            | Self::PasskeyCopied => "refused",
            _ => "ok",
        }
    }
}
