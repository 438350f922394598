use crate::{CurrentUser, Notification, OrganizationMembership, UserPasskey, WorkspaceMembership, wire};

wire! {
    /// What became of sign-ins that were ended from another place.
    pub struct SignedOutElsewhere {
        /// How many there were.
        pub ended: u32,
    }
}

wire! {
    /// An account that is to be deleted.
    pub struct AccountDeletion {
        /// When it is. Signing in to it before takes that back.
        pub deletion_due_at: String,
    }
}

wire! {
    /// Everything that is kept of a user.
    pub struct AccountExport {
        /// When it was read.
        pub exported_at: String,
        /// The account with its addresses and numbers.
        pub user: CurrentUser,
        /// Its passkeys, oldest first.
        pub passkeys: Vec<UserPasskey>,
        /// The language that mails about the account are in, `""` when unknown.
        pub language: String,
        /// Every sign-in that is kept, also those that ended, oldest first.
        pub sign_ins: Vec<ExportedSignIn>,
        /// The ids of those that live, the last active one first.
        pub live_sign_ins: Vec<String>,
        /// Organizations that the user is in.
        pub organization_memberships: Vec<OrganizationMembership>,
        /// Workspaces that the user is in.
        pub workspace_memberships: Vec<WorkspaceMembership>,
        /// Invitations to the user's addresses, and those that the user sent.
        pub invitations: Vec<ExportedInvitation>,
        /// The inbox, newest first.
        pub notifications: Vec<Notification>,
        /// What is recorded of the account, newest first.
        pub events: Vec<ExportedEvent>,
    }
}

wire! {
    /// A sign-in, as it is kept.
    pub struct ExportedSignIn {
        /// Its id.
        pub id: String,
        /// Where it was made from.
        pub ip_address: String,
        /// The browser's name, `""` when unknown.
        pub browser: String,
        /// The device's name, `""` when unknown.
        pub device: String,
        /// The browser's own words.
        pub user_agent: String,
        /// When it was made.
        pub created_at: String,
        /// When it was last active.
        pub last_active_at: String,
        /// When it ended, if it did.
        pub ended_at: Option<String>,
        /// Why.
        pub end_reason: Option<String>,
        /// What was proved for it, in names of RFC 8176, and `mail`.
        pub proofs: Vec<String>,
    }
}

wire! {
    /// An invitation that concerns a user.
    pub struct ExportedInvitation {
        /// Its id.
        pub id: String,
        /// To this organization.
        pub organization_id: String,
        /// The address that was invited.
        pub email: String,
        /// Whether the user sent it.
        pub is_mine: bool,
        /// When it was made.
        pub created_at: String,
        /// Until when it works, or worked.
        pub expires_at: String,
    }
}

wire! {
    /// Something that is recorded of an account.
    pub struct ExportedEvent {
        /// When it happened.
        pub at: String,
        /// What happened, one word.
        pub event: String,
        /// `ok` or `refused`.
        pub result: String,
        /// More about it, `""` for nothing.
        pub reason: String,
        /// From which address, where one of the sign-ins of this account did it; else `""`: it may be that of somebody else.
        pub ip_address: String,
        /// About which sign-in, `""` for none.
        pub sign_in_id: String,
    }
}
