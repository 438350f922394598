//! The wire as TypeScript, written by `cargo xtask gen`.

use crate::*;
use ts_rs::{Config, TS};

/// The text of `types.gen.ts`.
#[must_use]
pub fn module() -> String {
    let config = Config::new();
    let mut text = String::from(
        "// Written by `cargo xtask gen` from crates/protocol. Change the Rust types, not this file.\n",
    );
    macro_rules! write_all {
        ($($name:ty),* $(,)?) => {
            $(
                text.push('\n');
                if let Some(docs) = <$name as TS>::docs() { text.push_str(&docs); }
                text.push_str("export ");
                text.push_str(&<$name as TS>::decl(&config));
                text.push('\n');
            )*
        };
    }
    write_all!(
        Session,
        SignIn,
        Acting,
        TicketExchange,
        SignedOutElsewhere,
        AccountDeletion,
        AccountExport,
        ExportedSignIn,
        ExportedInvitation,
        ExportedEvent,
        SigninAttempt,
        SignupAttempt,
        SignInMethod,
        CurrentSessionStep,
        SignupAttemptStep,
        ProfileCompletionData,
        VerificationPrepared,
        MagicLink,
        MagicLinkState,
        ReauthenticationMethod,
        ReauthenticationPrepared,
        ErrorMeta,
        Identified,
        Availability,
        PasswordRecovery,
        PasswordResetValidation,
        EndReason,
        SessionEvent,
        ChangeReason,
        NotificationEvent,
        Revocation,
        RevocationEvent,
        CurrentUser,
        UserEmailAddress,
        UserPhoneNumber,
        SocialConnection,
        UserAuthenticator,
        NewAuthenticator,
        UserPasskey,
        PasskeyRegistered,
        PasskeyCreation,
        PasskeyCreationOptions,
        PasskeyCreationPublicKey,
        PasskeyRelyingParty,
        PasskeyUser,
        PasskeyAlgorithm,
        PasskeySelection,
        PasskeyDescriptor,
        PasskeyRequest,
        PasskeyRequestOptions,
        PasskeyOptions,
        PasskeyRequestPublicKey,
        Segment,
        Organization,
        OrganizationRole,
        OrganizationMembership,
        OrganizationMember,
        OrganizationMemberPage,
        OrganizationCreated,
        OrganizationDomain,
        OrganizationDomainVerified,
        OrganizationSuggestion,
        DomainJoinMode,
        Workspace,
        WorkspaceRole,
        WorkspaceMembership,
        WorkspaceMember,
        WorkspaceMemberPage,
        WorkspaceCreated,
        EligibilityRestriction,
        PublicUserData,
        PublicEmailAddress,
        PageMeta,
        OrganizationInvitation,
        InvitationValidation,
        InvitationAcceptance,
        InvitationRefusal,
        InvitedTo,
        Removed,
        Notification,
        NotificationSeverity,
        NotificationCta,
        NotificationPage,
        NotificationsUnread,
        NotificationsUnreadIn,
        NotificationsChanged,
        Token,
        Jwks,
        Jwk,
        Deployment,
        AuthSettings,
        FieldSetting,
        PasswordSetting,
        PasskeySetting,
        AuthFactorsEnabled,
        VerificationPolicy,
        MultiSessionSupport,
        B2bSettings,
        Restrictions,
        CountryRestrictions,
        UiSettings,
        ThemeTokens,
        ThemeTokenSet,
        ErrorEntry,
        ErrorDetail,
    );
    text
}
