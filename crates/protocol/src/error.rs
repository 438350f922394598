use crate::wire;

/// Declares the codes once: the variant, what is on the wire, the HTTP status, the default sentence.
macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $wire:literal, $status:literal, $message:literal;)*) => {
        /// Why a request was refused: stable for programs, documented in docs/API.md.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$meta])* #[doc = $message] $name,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// What stands in `errors[].code`.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $wire,)* } }

            /// The HTTP status that it is sent with.
            #[must_use]
            pub fn status(self) -> u16 { match self { $(Code::$name => $status,)* } }

            /// What the person can do about it.
            #[must_use]
            pub fn message(self) -> &'static str { match self { $(Code::$name => $message,)* } }
        }
    };
}

codes! {
    InvalidCredentials = "INVALID_CREDENTIALS", 401, "The address, the username or the password is wrong.";
    UserAlreadySignedIn = "USER_ALREADY_SIGNED_IN", 400, "This account is signed in here already; switch to it.";
    NobodyKnown = "USER_NOT_FOUND", 404, "Nobody has an account with this; sign up first.";
    UserDisabled = "USER_DISABLED", 403, "This account is disabled; ask whoever runs this application.";
    BadAttempt = "BAD_SIGN_IN_ATTEMPT", 400, "This attempt is over or was never begun here; begin again.";
    EmailExists = "EMAIL_EXISTS", 400, "There is an account with this address; sign in instead.";
    SignupRestricted = "SIGNUP_RESTRICTED", 403, "Nobody can sign up here by themselves; ask whoever runs this application.";
    SignupWaitlistOnly = "SIGNUP_WAITLIST_ONLY", 403, "Nobody signs up without an invitation; join the waitlist to get one.";
    EmailNotAllowed = "EMAIL_NOT_ALLOWED", 403, "This address may not sign up here; use one that is on the list, such as your work address.";
    EmailBlocked = "EMAIL_BLOCKED", 403, "This address may not sign up here; use another one.";
    DisposableEmailBlocked = "DISPOSABLE_EMAIL_BLOCKED", 403, "Throw-away addresses may not sign up here; use one that you keep.";
    VoipNumberBlocked = "VOIP_NUMBER_BLOCKED", 403, "Numbers of internet telephony cannot be used here.";
    CountryRestricted = "COUNTRY_RESTRICTED", 403, "Phone numbers of this country cannot be used here.";
    BannedKeyword = "BANNED_KEYWORD", 403, "A name or the address holds a word that may not be used here; choose another.";
    RequiredField = "REQUIRED_FIELD", 400, "A field is missing.";
    BadRequestBody = "BAD_REQUEST_BODY", 400, "The request could not be read; send JSON, a form, or multipart form data.";
    StrategyRequired = "VERIFICATION_STRATEGY_REQUIRED", 400, "Name a verification strategy that fits the attempt's step, such as email_otp.";
    StrategyUnknown = "unsupported_strategy", 400, "This deployment does not offer that way to sign in; use plain_email.";
    CodeRequired = "CODE_REQUIRED", 400, "Send the code as verification_code: six digits.";
    NoAlternative = "NO_ALTERNATIVE_AUTH_METHOD", 400, "This is the only way left into the account; add another one first.";
    InvalidCode = "INVALID_CODE", 400, "The code is wrong or was used already; ask for a new one.";
    CodeExpired = "verification_code_expired", 400, "The code has expired; ask for a new one.";
    LastDigitsWrong = "last_digits_wrong", 400, "The account has no phone number that ends with these digits; type the last four of yours.";
    LinkNotValid = "link_not_valid", 400, "This link was used or replaced, or is none of ours; ask for a new one.";
    ConfirmRequired = "confirm_required", 409, "This link was asked for in another browser; type its code there, or confirm that you sign in here.";
    TicketNotFound = "ticket_not_found", 404, "This ticket is none of ours, or was taken back; begin again where you got it.";
    TicketUsed = "ticket_used", 400, "This ticket was used already, and works once; begin again where you got it.";
    TicketExpired = "ticket_expired", 400, "This ticket has expired; begin again where you got it.";
    TicketElsewhere = "ticket_elsewhere", 400, "This ticket is for the browser or program that asked for it; go on there.";
    InvitationNotAccepted = "invitation_not_accepted", 409, "The invitation cannot be accepted here.";
    ImpersonationDisabled = "impersonation_disabled", 403, "Nobody acts as somebody else in this deployment; set impersonation.enabled if that is meant.";
    ImpersonationForbidden = "impersonation_forbidden", 403, "Whoever acts as somebody else may not do this; its owner can.";
    SecondFactorEnforced = "second_factor_enforced", 409, "A second factor is asked of this account; set up another one first.";
    SecondFactorMissing = "second_factor_missing", 409, "This account has no second factor; set one up first, such as an authenticator.";
    FactorNotOffered = "factor_not_offered", 403, "Nobody can set this up here; ask whoever runs this application.";
    TooManyAuthenticators = "too_many_authenticators", 409, "This account has as many authenticators as it may; remove one first.";
    AuthenticatorNotFound = "authenticator_not_found", 404, "This account has no such authenticator; a set-up that was not confirmed is over after half an hour.";
    InvalidPhoneNumber = "invalid_phone_number", 400, "This is not a phone number; write it with its country's code in front, like +49 151 12345678.";
    InvalidEmail = "invalid_email", 400, "This is not an email address.";
    PhoneNumberExists = "PHONE_NUMBER_EXISTS", 400, "This phone number is on your account already.";
    EmailAddressNotFound = "email_address_not_found", 404, "Your account has no such address.";
    PhoneNumberNotFound = "phone_number_not_found", 404, "Your account has no such phone number.";
    ContactNotProved = "contact_not_verified", 400, "This is not verified yet; ask for a code and enter it first.";
    TooManyContacts = "too_many_contacts", 400, "Your account has as many as it may; remove one first.";
    PrimaryNotRemovable = "primary_not_removable", 400, "This is the primary address; make another one primary first.";
    ExternalIdExists = "external_id_exists", 409, "Another account has this external id; take it away there first.";
    UsernameExists = "USERNAME_EXISTS", 400, "This username, or one that looks like it, is taken; choose another.";
    UsernameReserved = "username_reserved", 400, "Nobody can have this username; choose another.";
    InvalidUsername = "invalid_username", 400, "A username has 3 to 30 letters a-z, digits, dots, hyphens and underscores, a letter first.";
    InvalidName = "invalid_name", 400, "A name has at most 100 characters and no control characters.";
    PasswordTooShort = "password_too_short", 400, "The password is too short; use a longer one.";
    PasswordTooLong = "password_too_long", 400, "The password is too long; use at most 128 characters.";
    PasswordTooSimple = "password_too_simple", 400, "The password lacks a kind of character that this deployment asks for.";
    PasswordBreached = "password_breached", 400, "The password is one of those that are guessed first; use one that nobody else has, such as a few words that do not belong together.";
    PasswordNamesYou = "password_names_you", 400, "The password is made of your name, your address or the name of this application; use one that says nothing about you.";
    ResetExpired = "reset_expired", 400, "The link or code to set another password is over; ask for a new one.";
    TooManyAccounts = "too_many_accounts", 400, "This browser holds as many accounts as it may; sign one out first.";
    TooManyAttempts = "too_many_attempts", 429, "Too many tries; wait as long as Retry-After says.";
    AvailabilityHidden = "availability_hidden", 403, "This deployment does not tell which addresses have an account.";
    SignedOut = "signed_out", 401, "Nobody is signed in here; sign in first.";
    ReauthenticationRequired = "reauthentication_required", 403, "Prove again that it is you, then repeat this; errors[0].meta.methods says how you can.";
    SignInNotFound = "sign_in_not_found", 404, "There is no such sign-in in this session.";
    ScopeNotAvailable = "scope_not_available", 403, "Nothing can be done in this scope from here any more; go on in that of the session.";
    OrganizationsDisabled = "organizations_disabled", 403, "This deployment has no organizations.";
    WorkspacesDisabled = "workspaces_disabled", 403, "This deployment has no workspaces.";
    OrganizationNotFound = "organization_not_found", 404, "There is no such organization that you are a member of.";
    WorkspaceNotFound = "workspace_not_found", 404, "There is no such workspace that you are a member of.";
    MembershipNotFound = "membership_not_found", 404, "There is no such member here.";
    RoleNotFound = "role_not_found", 404, "There is no such role here.";
    NotificationNotFound = "notification_not_found", 404, "There is no such notification in your inbox; it may have expired.";
    PermissionDenied = "permission_denied", 403, "Your roles here do not allow this; ask an administrator.";
    RoleExceedsYours = "role_exceeds_yours", 403, "Somebody has, or would get, permissions that you do not have; ask an administrator.";
    LastAdministrator = "last_administrator", 409, "There must be an administrator left; give somebody else that role first.";
    CreationNotAllowed = "creation_not_allowed", 403, "You cannot make one here; ask whoever runs this application.";
    DeletionNotAllowed = "deletion_not_allowed", 403, "Nobody can delete one here; ask whoever runs this application.";
    OwnRolesNotAllowed = "own_roles_not_allowed", 403, "There are no roles of one's own here; use those of the list.";
    TooManyOrganizations = "too_many_organizations", 400, "You are in, or have made, as many organizations as you may; leave or delete one first.";
    TooManyWorkspaces = "too_many_workspaces", 400, "The organization has as many workspaces as it may; delete one first.";
    TooManyRoles = "too_many_roles", 400, "There are as many roles of one's own as there may be; remove one first.";
    OrganizationFull = "organization_full", 409, "The organization has as many members as it may; ask its administrators.";
    DomainNotFound = "domain_not_found", 404, "The organization has no such domain.";
    InvalidDomain = "invalid_domain", 400, "This is not a domain; write it like example.com, without https:// and without a path.";
    DomainNotClaimable = "domain_not_claimable", 400, "No organization can have this domain, because it belongs to many: name one of your organization's own.";
    DomainExists = "domain_exists", 409, "The organization has this domain already; prove it, or remove it first.";
    TooManyDomains = "too_many_domains", 400, "The organization has as many domains as it may; remove one first.";
    DomainRecordNotFound = "domain_record_not_found", 400, "The record is not there, or says something else; it may take an hour until a new one is seen everywhere.";
    DomainLookupFailed = "domain_lookup_failed", 503, "The domain's name servers did not answer; nothing has changed, try again later.";
    DomainTaken = "domain_taken", 409, "Another organization has proved this domain before; its administrators must remove it there.";
    UnknownPermission = "unknown_permission", 400, "A permission is not in this deployment's catalogue; see b2b_settings.";
    InvalidSlug = "invalid_slug", 400, "A slug has at most 48 letters a-z, digits, and single hyphens between them.";
    SlugTaken = "slug_taken", 409, "Another one has this slug; choose another.";
    InvalidMetadata = "invalid_metadata", 400, "Metadata is an object of at most 4 KiB.";
    InvalidPicture = "invalid_picture", 400, "A picture is PNG, JPEG or WebP, of at most 512 KiB and 4096 pixels a side.";
    PasskeysDisabled = "passkeys_disabled", 403, "This deployment has no passkeys.";
    PasskeyNotFound = "passkey_not_found", 404, "You have no such passkey.";
    PasskeyExists = "passkey_exists", 409, "This passkey is registered already; use it, or register another device.";
    TooManyPasskeys = "too_many_passkeys", 400, "You have as many passkeys as you may; remove one first.";
    InvalidPasskey = "invalid_passkey", 400, "The device's answer is not what was asked for; try again, or use another device.";
    PasskeyRequestExpired = "passkey_request_expired", 400, "That request for a passkey has expired or was used; try again.";
    PictureNotFound = "picture_not_found", 404, "There is no such picture.";
    InvalidDescription = "invalid_description", 400, "A description has at most 1000 characters and no control characters but line breaks.";
    AddressNotAllowed = "address_not_allowed", 403, "Nothing can be done there from your present address; come from a network that is allowed.";
    OrganizationRequiresMfa = "organization_requires_mfa", 403, "The organization asks for a second factor; set one up first.";
    WorkspaceRequiresMfa = "workspace_requires_mfa", 403, "The workspace asks for a second factor; set one up first.";
    InvalidAddressRange = "invalid_address_range", 400, "This is no address and no network; write it like 203.0.113.7 or 2001:db8::/32.";
    RestrictionNotAllowed = "restriction_not_allowed", 403, "Addresses cannot be restricted here; ask whoever runs this application.";
    RestrictionExcludesYou = "restriction_excludes_you", 409, "You would not meet this yourself, and could not take it back.";
    InvitationNotFound = "invitation_not_found", 404, "There is no such open invitation here; look at the list.";
    InvitationExists = "invitation_exists", 409, "This address has an open invitation already; send that anew, or withdraw it first.";
    AlreadyMember = "already_member", 409, "Whoever has this address is a member already; give them a role instead.";
    TooManyInvitations = "too_many_invitations", 400, "There are as many open invitations as there may be; withdraw some first.";
    ProgramsNotAllowed = "programs_not_allowed", 403, "No program signs in here; ask whoever runs this application.";
    DeviceCodeNotFound = "device_code_not_found", 404, "No program waits with this code; look at what it shows, or have it ask anew.";
    AuthorizationPending = "authorization_pending", 400, "Nobody has decided yet; ask again after the interval.";
    SlowDown = "slow_down", 400, "This was asked too early; wait five seconds longer from now on.";
    AccessDenied = "access_denied", 403, "Whoever was asked said no; begin again only when they want to.";
    ExpiredToken = "expired_token", 400, "Nobody decided in time, or this was used already; begin again.";
    RedirectNotAllowed = "redirect_not_allowed", 400, "Nothing is handed over there; name an address of an allowed origin, or of a program that the deployment lists.";
    HandshakeRefused = "handshake_refused", 400, "This deployment sends browsers back to addresses of its allowed_origins only, and not in staging.";
    HandshakeLoop = "handshake_loop", 508, "The browser is sent to and fro: the application's cookie does not stick.";
    HandshakeCodeInvalid = "handshake_code_invalid", 400, "The code was used, has expired, or is for another server; send the browser to /handshake again.";
    TemplateNotFound = "template_not_found", 404, "There is no token template of this name.";
    TokenTooLarge = "token_too_large", 422, "This token would be too large; its template says too much of this account.";
    RotationUnderWay = "rotation_under_way", 409, "The next key is published already and signs soon; wait for that, or rotate now.";
    AmbiguousCredential = "ambiguous_credential", 400, "The request carried two different sessions; both were removed, sign in again.";
    OriginNotAllowed = "origin_not_allowed", 403, "This origin is not in the deployment's allowed_origins.";
    UnknownHost = "unknown_host", 404, "No deployment answers on this host; see hosts in keyrack.toml.";
    UserNotFound = "user_not_found", 404, "There is no such user in this deployment; see `keyrack user list`.";
    SessionNotFound = "session_not_found", 404, "There is no such live session or sign-in in this deployment; see `keyrack session list`.";
    DeploymentNotFound = "deployment_not_found", 404, "The server has no such deployment.";
    DeploymentRequired = "deployment_required", 400, "The server has several deployments; name one.";
    ChallengeRequired = "challenge_required", 403, "Your browser must do some work first; wait a moment and try again.";
    WaitlistClosed = "waitlist_closed", 403, "There is no list to wait on here; sign up, or ask whoever runs this.";
    InvalidApiKey = "invalid_api_key", 401, "Send a secret key of this deployment as Authorization: Bearer sk_…; make one with `keyrack key create`.";
    ApiKeyScope = "api_key_scope", 403, "This key was not made for that; make one with the scope that the documentation names.";
    ApiKeyNotFound = "api_key_not_found", 404, "There is no such key in this deployment; see `keyrack key list`.";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "This Idempotency-Key was sent with another request before; use a new one for each thing to be done.";
    IdempotencyKeyInUse = "idempotency_key_in_use", 409, "The request with this Idempotency-Key is under way; wait as long as Retry-After says and send it again.";
    WaitlistEntryNotFound = "waitlist_entry_not_found", 404, "This address is not on the waitlist.";
    InvalidParameter = "invalid_parameter", 400, "A parameter is unknown or has no possible value.";
    NotFound = "not_found", 404, "There is nothing here.";
    MethodNotAllowed = "method_not_allowed", 405, "This path takes another method.";
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive; send it again.";
    BodyTooLarge = "body_too_large", 413, "The request is too large; send less at once.";
    UnsupportedMediaType = "unsupported_media_type", 415, "Send JSON, an urlencoded form, or multipart form data.";
    Maintenance = "maintenance", 503, "Nothing can be changed for a while; try again after Retry-After.";
    Internal = "internal", 500, "Something went wrong here; the request id leads to it in the server's log.";
    Unavailable = "unavailable", 503, "Keyrack cannot answer right now; try again after Retry-After.";
}

wire! {
    /// Why a sign-in or a session ended: the same word in the hook, in logs and in the database.
    #[serde(rename_all = "snake_case")]
    pub enum EndReason {
        /// Signed out here.
        SignedOut,
        /// Signed out from another device.
        SignedOutElsewhere,
        /// Not used for too long.
        Idle,
        /// Reached its longest life.
        MaxAge,
        /// Ended by an administrator.
        RevokedByAdmin,
        /// A password or factor changed.
        CredentialsChanged,
        /// The account was disabled.
        UserDisabled,
        /// The account was deleted.
        UserDeleted,
        /// A membership ended.
        MembershipEnded,
        /// The account signed in on more browsers than it may.
        EvictedByCap,
        /// Another sign-in took its place.
        Superseded,
    }
}

impl EndReason {
    const WORDS: [(EndReason, &'static str); 11] = [
        (EndReason::SignedOut, "signed_out"),
        (EndReason::SignedOutElsewhere, "signed_out_elsewhere"),
        (EndReason::Idle, "idle"),
        (EndReason::MaxAge, "max_age"),
        (EndReason::RevokedByAdmin, "revoked_by_admin"),
        (EndReason::CredentialsChanged, "credentials_changed"),
        (EndReason::UserDisabled, "user_disabled"),
        (EndReason::UserDeleted, "user_deleted"),
        (EndReason::MembershipEnded, "membership_ended"),
        (EndReason::EvictedByCap, "evicted_by_cap"),
        (EndReason::Superseded, "superseded"),
    ];

    /// Every reason there is.
    pub const ALL: [EndReason; 11] = {
        let (mut all, mut index) = ([EndReason::SignedOut; 11], 0);
        while index < all.len() {
            all[index] = Self::WORDS[index].0;
            index += 1;
        }
        all
    };

    /// The word on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(reason, _)| *reason == self).map_or("", |(_, word)| word)
    }

    /// The reason that a stored word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(reason, _)| *reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_spelt_alike_in_json_and_in_the_database() {
        for (reason, word) in EndReason::WORDS {
            assert_eq!(serde_json::to_value(reason).unwrap(), word);
            assert_eq!(EndReason::parse(word), Some(reason));
        }
    }

    #[test]
    fn no_two_refusals_share_a_code() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
