use crate::{Segment, wire};
use serde_json::{Map, Value};

wire! {
    /// A group of users: a company, a team, a club.
    pub struct Organization {
        /// The organization's id: what `switchOrganization` takes.
        pub id: String,
        /// Its name.
        pub name: String,
        /// What it is called in addresses; no other organization has the same.
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
        pub enforce_mfa: bool,
        /// Whether only some addresses may act in it.
        pub enable_ip_restriction: bool,
        /// Those addresses.
        pub whitelisted_ips: Vec<String>,
        /// The workspace that new members are put into, `""` when there is none.
        pub auto_assigned_workspace_id: String,
        /// When it was made.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
        /// Segments that it is in.
        pub segments: Vec<Segment>,
    }
}

wire! {
    /// What a member of an organization may do there.
    pub struct OrganizationRole {
        /// The role's id.
        pub id: String,
        /// The organization whose own it is; null for one of all organizations.
        pub organization_id: Option<String>,
        /// Its name.
        pub name: String,
        /// What it allows.
        pub permissions: Vec<String>,
        /// Whether it is one of all organizations, which nobody can change here.
        pub is_deployment_level: bool,
        /// When it was made.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
    }
}

wire! {
    /// Why a membership cannot be used at present; it is kept all the same.
    pub struct EligibilityRestriction {
        /// `none`, `ip_not_allowed`, `mfa_required` or `ip_and_mfa_required`.
        #[serde(rename = "type")]
        pub kind: String,
        /// A sentence for the person, `""` when there is none.
        pub message: String,
    }
}

wire! {
    /// A membership of the signed-in user in an organization.
    pub struct OrganizationMembership {
        /// The membership's id.
        pub id: String,
        /// The organization.
        pub organization: Organization,
        /// Its id.
        pub organization_id: String,
        /// The user.
        pub user_id: String,
        /// The user's roles in it.
        pub roles: Vec<OrganizationRole>,
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
    /// A user, as other members see it.
    pub struct PublicUserData {
        /// The user's id.
        pub id: String,
        /// First name, `""` when unset.
        pub first_name: String,
        /// Last name, `""` when unset.
        pub last_name: String,
        /// Username, `""` when unset.
        pub username: String,
        /// `available`, `busy` or `away`.
        pub availability: String,
        /// Whether there is a picture of the user's own.
        pub has_profile_picture: bool,
        /// Where it is, `""` when there is none.
        pub profile_picture_url: String,
        /// The primary address.
        pub primary_email_address: Option<PublicEmailAddress>,
        /// The primary phone number; none has one yet.
        #[cfg_attr(feature = "ts", ts(type = "null"))]
        pub primary_phone_number: Option<()>,
    }
}

wire! {
    /// An address, as other members see it.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct PublicEmailAddress {
        pub id: String,
        pub email: String,
        pub verified: bool,
    }
}

wire! {
    /// A member of an organization, as other members see it.
    pub struct OrganizationMember {
        /// The membership's id.
        pub id: String,
        /// The organization.
        pub organization: Organization,
        /// Its id.
        pub organization_id: String,
        /// The user.
        pub user: PublicUserData,
        /// The same as `user`.
        pub public_user_data: PublicUserData,
        /// The member's roles.
        pub roles: Vec<OrganizationRole>,
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
    /// Where a page of a list stands.
    pub struct PageMeta {
        /// How many there are in all; of a search at most 1 000 are counted.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub total: i64,
        /// The number of this page, from 1; 0 of one that was asked for with a cursor.
        pub page: u32,
        /// How many are on a page at most.
        pub limit: u32,
        /// Whether there are more.
        pub has_more: bool,
        /// What `cursor` is for the next page; null on the last one.
        pub next_cursor: Option<String>,
    }
}

wire! {
    /// One page of the members of an organization.
    pub struct OrganizationMemberPage {
        /// The members.
        pub data: Vec<OrganizationMember>,
        /// Where the page stands.
        pub meta: PageMeta,
    }
}

wire! {
    /// A new organization and its maker's membership in it.
    pub struct OrganizationCreated {
        /// The organization.
        pub organization: Organization,
        /// The membership of whoever made it.
        pub membership: OrganizationMembership,
    }
}

wire! {
    /// What is no more.
    pub struct Removed {
        /// Its id.
        pub id: String,
    }
}
