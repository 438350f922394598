use crate::{EligibilityRestriction, Organization, PageMeta, PublicUserData, Segment, wire};
use serde_json::{Map, Value};

wire! {
    /// A place inside an organization, with members of its own.
    pub struct Workspace {
        /// The workspace's id: what `switchWorkspace` takes.
        pub id: String,
        /// The organization that it is in.
        pub organization: Organization,
        /// Its id.
        pub organization_id: String,
        /// Its name.
        pub name: String,
        /// What it is called in addresses; no other workspace of the organization has the same.
        pub slug: String,
        /// What it says about itself, `""` when unset.
        pub description: String,
        /// Where its picture is, `""` when there is none.
        pub image_url: String,
        /// How many members it has.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub member_count: i64,
        /// What the application stores for every member to see.
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
        pub public_metadata: Map<String, Value>,
        /// Whether its members need a second factor.
        pub enforce_2fa: bool,
        /// Whether only some addresses may act in it.
        pub enable_ip_restriction: bool,
        /// Those addresses.
        pub whitelisted_ips: Vec<String>,
        /// When it was made.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
        /// Segments that it is in.
        pub segments: Vec<Segment>,
    }
}

wire! {
    /// What a member of a workspace may do there.
    pub struct WorkspaceRole {
        /// The role's id.
        pub id: String,
        /// The workspace whose own it is; null for one of all workspaces.
        pub workspace_id: Option<String>,
        /// Its name.
        pub name: String,
        /// What it allows.
        pub permissions: Vec<String>,
        /// Whether it is one of all workspaces, which nobody can change here.
        pub is_deployment_level: bool,
        /// When it was made.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
    }
}

wire! {
    /// A membership of the signed-in user in a workspace.
    pub struct WorkspaceMembership {
        /// The membership's id.
        pub id: String,
        /// The workspace.
        pub workspace: Workspace,
        /// Its id.
        pub workspace_id: String,
        /// The organization that the workspace is in.
        pub organization: Organization,
        /// Its id.
        pub organization_id: String,
        /// The user.
        pub user_id: String,
        /// The user's roles in the workspace.
        pub roles: Vec<WorkspaceRole>,
        /// What the application stores with the membership.
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
        pub public_metadata: Map<String, Value>,
        /// When it began.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
        /// Whether it can be used.
        pub eligibility_restriction: EligibilityRestriction,
    }
}

wire! {
    /// A member of a workspace, as other members see it.
    pub struct WorkspaceMember {
        /// The membership's id.
        pub id: String,
        /// The workspace.
        pub workspace: Workspace,
        /// Its id.
        pub workspace_id: String,
        /// The organization that it is in.
        pub organization: Organization,
        /// Its id.
        pub organization_id: String,
        /// The user.
        pub user: PublicUserData,
        /// The same as `user`.
        pub public_user_data: PublicUserData,
        /// The member's roles.
        pub roles: Vec<WorkspaceRole>,
        /// What the application stores with the membership.
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
        pub public_metadata: Map<String, Value>,
        /// When the membership began.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
    }
}

wire! {
    /// One page of the members of a workspace.
    pub struct WorkspaceMemberPage {
        /// The members.
        pub data: Vec<WorkspaceMember>,
        /// Where the page stands.
        pub meta: PageMeta,
    }
}

wire! {
    /// A new workspace and its maker's membership in it.
    pub struct WorkspaceCreated {
        /// The workspace.
        pub workspace: Workspace,
        /// The membership of whoever made it.
        pub membership: WorkspaceMembership,
    }
}
