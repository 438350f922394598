//! Domains as they are shown.

use super::{Domain, LABEL};
use crate::time::rfc3339;
use keyrack_protocol::OrganizationDomain;

/// A domain as who manages the organization sees it.
#[must_use]
pub fn domain(it: &Domain) -> OrganizationDomain {
    OrganizationDomain {
        id: it.id.to_string(),
        organization_id: it.organization.to_string(),
        fqdn: it.fqdn.clone(),
        verified: it.verified_at.is_some(),
        verification_dns_record_type: "TXT".to_owned(),
        verification_dns_record_name: LABEL.to_owned(),
        verification_dns_record_data: it.record.clone(),
        verification_attempts: it.attempts,
        join_mode: it.join_mode,
        verified_at: it.verified_at.map(rfc3339),
        checked_at: it.checked_at.map(rfc3339),
        missing_since: it.missing_since.map(rfc3339),
        created_at: rfc3339(it.created_at),
        updated_at: rfc3339(it.updated_at),
    }
}
