//! What placeholders stand for: what is known of whoever a token is about, and what has to be asked for it.

use super::About;
use crate::app::Site;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::membership::{Scope, Standing};
use crate::params;
use crate::time::rfc3339;
use crate::user;
use serde_json::{Value, json};

/// What a session does not know and a template may say: asked of the database at every mint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    external_id: Option<String>,
    organization: Option<Place>,
    workspace: Option<Place>,
}

/// An organization or workspace that the sign-in stands in, and what its user is there.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    id: String,
    name: String,
    slug: String,
    public_metadata: Value,
    membership_metadata: Value,
    roles: Vec<String>,
}

const OF_ORGANIZATION: &str = "select p.name, p.slug, p.public_metadata, m.public_metadata from memberships m
     join organizations p on p.id = m.place_id where m.id = $1 and p.deleted_at is null";
const OF_WORKSPACE: &str = "select p.name, p.slug, p.public_metadata, m.public_metadata from memberships m
     join workspaces p on p.id = m.place_id where m.id = $1 and p.deleted_at is null";

/// Reads them, of one moment.
///
/// # Errors
/// What the database says.
pub fn read(on: &mut Snapshot<'_>, user: &UserId, scope: Option<&Scope>) -> Result<Facts> {
    let row = on.query_one("select external_id from users where id = $1", params![user.as_str()])?;
    let organization = scope.map(|scope| &scope.organization);
    let workspace = scope.and_then(|scope| scope.workspace.as_ref());
    Ok(Facts {
        external_id: row.map(|row| row.cells().optional_text()).transpose()?.flatten(),
        organization: organization.map(|it| place(on, OF_ORGANIZATION, it)).transpose()?.flatten(),
        workspace: workspace.map(|it| place(on, OF_WORKSPACE, it)).transpose()?.flatten(),
    })
}

fn place(on: &mut Snapshot<'_>, sql: &'static str, standing: &Standing) -> Result<Option<Place>> {
    let membership = standing.membership.as_str();
    let Some(row) = on.query_one(sql, params![membership])? else { return Ok(None) };
    let mut cells = row.cells();
    let (name, slug) = (cells.text()?, cells.text()?);
    let (public_metadata, membership_metadata) = (object(&cells.text()?)?, object(&cells.text()?)?);
    let roles = on.query(
        "select role_id from membership_roles where membership_id = $1 order by role_id",
        params![membership],
    )?;
    let roles = roles.into_iter().map(|row| row.cells().text()).collect::<Result<_>>()?;
    let id = standing.place.clone();
    Ok(Some(Place { id, name, slug, public_metadata, membership_metadata, roles }))
}

fn object(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|cause| Error::internal("read metadata", cause))
}

impl Facts {
    /// Everything that a placeholder can name ([`super::template::words`]).
    #[must_use]
    pub fn values(&self, site: &Site, about: &About<'_>) -> Value {
        let About { loaded, sign_in, proof, held, .. } = *about;
        let methods: Vec<&str> = proof.methods.split_ascii_whitespace().collect();
        json!({
            "user": self.user(site, about),
            "organization": self.organization.as_ref().map(|it| it.value(held.map(|held| &held.organization))),
            "workspace": self.workspace.as_ref().map(|it| it.value(held.map(|held| &held.workspace))),
            "session": {
                "id": loaded.id.as_str(),
                "revision": loaded.revision,
                "created_at": rfc3339(loaded.created_at),
            },
            "sign_in": {
                "id": sign_in.id.as_str(),
                "methods": methods,
                "proved_at": rfc3339(proof.proved_at),
                "created_at": rfc3339(sign_in.created_at),
            },
        })
    }

    fn user(&self, site: &Site, about: &About<'_>) -> Value {
        let user = &about.sign_in.user;
        let seen = user::view(site, user);
        let full_name = [user.first_name.as_str(), user.last_name.as_str()].join(" ");
        let phone = user.ways.phones.iter().find(|phone| phone.is_primary);
        json!({
            "id": user.id.as_str(),
            "external_id": self.external_id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "full_name": full_name.trim(),
            "username": user.username,
            "primary_email_address": seen.primary_email_address.map(|email| json!({
                "id": email.id, "email": email.email, "verified": email.verified,
            })),
            "primary_phone_number": phone.map(|phone| json!({
                "id": phone.id.as_str(), "phone_number": phone.phone, "verified": phone.verified_at.is_some(),
            })),
            "profile_picture_url": Some(seen.profile_picture_url).filter(|url| !url.is_empty()),
            "has_second_factor": user.second_factor_at.is_some(),
            "public_metadata": seen.public_metadata,
            "created_at": seen.created_at,
            "updated_at": seen.updated_at,
        })
    }
}

impl Place {
    fn value(&self, held: Option<&crate::membership::Permissions>) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "roles": self.roles,
            "permissions": held.map(|held| held.as_slice()).unwrap_or_default(),
            "public_metadata": self.public_metadata,
            "membership_metadata": self.membership_metadata,
        })
    }
}
