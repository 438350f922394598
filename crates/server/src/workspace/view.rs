//! Workspaces as they are shown.

use super::Workspace;
use crate::app::Site;
use crate::organization::{Organization, view};
use crate::picture;
use crate::time::rfc3339;
use keyrack_protocol as wire;

/// A workspace of an organization as its members see it.
#[must_use]
pub fn workspace(site: &Site, it: &Workspace, of: &Organization) -> wire::Workspace {
    wire::Workspace {
        id: it.id.to_string(),
        organization: view::organization(site, of),
        organization_id: it.organization.to_string(),
        name: it.name.clone(),
        slug: it.slug.clone(),
        description: it.description.clone(),
        image_url: picture::url(&site.issuer, &it.picture),
        member_count: it.members,
        public_metadata: it.public_metadata.clone(),
        enforce_2fa: it.asks.second_factor,
        enable_ip_restriction: it.asks.by_address,
        whitelisted_ips: it.asks.listed(),
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
        segments: Vec::new(),
    }
}
