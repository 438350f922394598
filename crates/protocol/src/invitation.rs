use crate::{Organization, OrganizationMember, OrganizationRole, Session, Workspace, WorkspaceRole, wire};

wire! {
    /// An invitation to an organization, and perhaps to a workspace of it, that nobody has accepted yet. Who manages
    /// the organization sees it; the token that accepts it is in the mail alone.
    pub struct OrganizationInvitation {
        /// The invitation's id.
        pub id: String,
        /// The organization.
        pub organization_id: String,
        /// The address that is invited: nobody else can accept.
        pub email: String,
        /// The role that whoever accepts gets in the organization; null when it is gone, then they get that of all
        /// who join.
        pub initial_organization_role: Option<OrganizationRole>,
        /// Who invited last; null when that user is no member any more, and then the invitation does not work until
        /// somebody sends it anew.
        pub inviter: Option<OrganizationMember>,
        /// The workspace; null when it is to the organization alone.
        pub workspace: Option<Workspace>,
        /// The role in the workspace; null as above, and without a workspace.
        pub initial_workspace_role: Option<WorkspaceRole>,
        /// Whether it is too late to accept it.
        pub expired: bool,
        /// Until when it can be accepted.
        pub expires_at: String,
        /// The same as `expires_at`.
        pub expiry: String,
        /// When it was made.
        pub created_at: String,
        /// When it was last sent.
        pub updated_at: String,
    }
}

wire! {
    /// Why an invitation was not accepted. It stands in a 200 answer: older clients read it nowhere else.
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum InvitationRefusal {
        /// There is none with this token: it was used, withdrawn or sent anew, or never was.
        InvitationInvalid,
        /// It was for a time that is over.
        InvitationExpired,
        /// Nobody is signed in, and the invited address has no account.
        InvitationRequiresSignup,
        /// Others are signed in here, and not the account that has proved the invited address.
        InvitationEmailMismatch,
        /// The organization has as many members as it may.
        InvitationOrganizationFull,
        /// The workspace has as many members as it may.
        InvitationWorkspaceFull,
        /// The invited user is in as many organizations as one may be in.
        InvitationTooManyOrganizations,
    }
}

wire! {
    /// What an invitation is to, as whoever has its token sees it.
    pub struct InvitedTo {
        /// The id of the organization or workspace.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Where its picture is, `""` when there is none.
        pub image_url: String,
    }
}

wire! {
    /// What a mailed token is worth; looking at it changes nothing.
    pub struct InvitationValidation {
        /// Whether it can be accepted.
        pub valid: bool,
        /// Of somebody who waited to be let in; `""` of an invitation to an organization, which knows no name.
        pub first_name: String,
        /// The same of the last name.
        pub last_name: String,
        /// The address that is invited; null when there is no such invitation.
        pub email: Option<String>,
        /// The organization, where it is valid.
        pub organization: Option<InvitedTo>,
        /// The workspace, where it is valid and to one.
        pub workspace: Option<InvitedTo>,
        /// Who invited, by name, or by address where there is no name.
        pub inviter_name: Option<String>,
        /// Until when it can be accepted.
        pub expires_at: Option<String>,
        /// Why it is not valid.
        pub error_code: Option<InvitationRefusal>,
        /// The same for people, `""` where it is valid.
        pub message: String,
    }
}

wire! {
    /// What came of accepting an invitation.
    pub struct InvitationAcceptance {
        /// The organization, for whoever is a member now.
        pub organization: Option<Organization>,
        /// The workspace, for whoever is a member of it now.
        pub workspace: Option<Workspace>,
        /// The sign-in that accepted; it is the active one now, and acts in the organization and the workspace.
        pub signin_id: Option<String>,
        /// Whether the user was a member before.
        pub already_member: bool,
        /// Whether somebody has to sign in, or up, with `invited_email` and come back.
        pub requires_signin: bool,
        /// The address that is invited; null when there is no such invitation.
        pub invited_email: Option<String>,
        /// Why it was not accepted.
        pub error_code: Option<InvitationRefusal>,
        /// The same for people.
        pub message: String,
        /// The new session, for whoever is a member now.
        pub session: Option<Session>,
    }
}
