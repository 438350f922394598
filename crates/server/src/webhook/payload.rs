//! What a message says: its type, when it happened, and of what it is about how that is now. Of what is deleted only the id
//! is left.

use crate::admin::{organizations, users};
use crate::app::{App, Site};
use crate::audit::hooks::store::Leased;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::params;
use crate::time::rfc3339;
use keyrack_protocol::Code;
use serde_json::{Map, Value, json};

/// The body of a message.
///
/// # Errors
/// What the database says.
pub async fn of(app: &App, site: &Site, row: &Leased) -> Result<String> {
    let (deployment, about, now) = (site.config.id.clone(), row.clone(), app.world.clock.now_ms());
    let data = app.db.read(move |on| data(on, &deployment, &about, now)).await?;
    let body = json!({ "type": row.kind, "timestamp": rfc3339(row.happened_at), "data": data });
    Ok(body.to_string())
}

fn data(on: &mut Snapshot<'_>, deployment: &str, row: &Leased, now: i64) -> Result<Value> {
    let (room, _) = row.kind.split_once('.').unwrap_or((&row.kind, ""));
    Ok(match room {
        "user" => user(on, deployment, row, now)?,
        "session" => some(&[("id", &row.session), ("reason", &row.reason)]),
        "sign_in" => sign_in(on, deployment, row)?,
        "organization" => organization(on, deployment, &row.place)?,
        "workspace" => workspace(on, deployment, &row.place)?,
        "membership" => membership(on, deployment, row)?,
        "invitation" => invitation(on, deployment, row)?,
        _ => json!({}),
    })
}

/// The members that say anything.
fn some(members: &[(&str, &str)]) -> Value {
    let said = members.iter().filter(|(_, text)| !text.is_empty());
    Value::Object(said.map(|(name, text)| ((*name).to_owned(), Value::from(*text))).collect::<Map<_, _>>())
}

/// With who acts in it as its user, if somebody else does.
fn sign_in(on: &mut Snapshot<'_>, deployment: &str, row: &Leased) -> Result<Value> {
    let mut said = some(&[
        ("id", &row.sign_in),
        ("session_id", &row.session),
        ("user_id", &row.user),
        ("reason", &row.reason),
    ]);
    let acted = on.query_one(
        "select actor, actor_reason from sign_ins where id = $2 and deployment_id = $1 and actor <> ''",
        params![deployment, &row.sign_in],
    )?;
    if let Some(acted) = acted {
        let mut cells = acted.cells();
        said["act"] = json!({ "sub": cells.text()?, "reason": cells.text()? });
    }
    Ok(said)
}

fn gone(id: &str) -> Value {
    json!({ "id": id, "deleted": true })
}

/// As `/admin/v1/users/{id}` shows it, less what only a backend that asks for it is told.
fn user(on: &mut Snapshot<'_>, deployment: &str, row: &Leased, now: i64) -> Result<Value> {
    let found = users::one(on, deployment, &UserId::stored(row.user.clone()), now)?;
    let Some(found) = found.filter(|user| user.deleted_at.is_none()) else { return Ok(gone(&row.user)) };
    let mut shown =
        serde_json::to_value(found).map_err(|cause| crate::error::Error::internal("show a user", cause))?;
    if let Some(members) = shown.as_object_mut() {
        members.remove("private_metadata");
    }
    Ok(shown)
}

fn organization(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Value> {
    match organizations::one(on, deployment, id) {
        Ok(found) => serde_json::to_value(found)
            .map_err(|cause| crate::error::Error::internal("show an organization", cause)),
        Err(error) if error.code() == Code::OrganizationNotFound => Ok(gone(id)),
        Err(error) => Err(error),
    }
}

fn workspace(on: &mut Snapshot<'_>, deployment: &str, id: &str) -> Result<Value> {
    let row = on.query_one(
        "select organization_id, name, slug, description, public_metadata, created_at, updated_at from workspaces
         where id = $2 and deployment_id = $1 and deleted_at is null",
        params![deployment, id],
    )?;
    let Some(row) = row else { return Ok(gone(id)) };
    let mut cells = row.cells();
    let (organization, name, slug) = (cells.text()?, cells.text()?, cells.text()?);
    let (description, metadata) = (cells.text()?, cells.text()?);
    Ok(json!({
        "id": id,
        "organization_id": organization,
        "name": name,
        "slug": slug,
        "description": description,
        "public_metadata": serde_json::from_str::<Value>(&metadata).unwrap_or_default(),
        "created_at": rfc3339(cells.int()?),
        "updated_at": rfc3339(cells.int()?),
    }))
}

/// Who is, or is no longer, a member of which place, in which roles.
fn membership(on: &mut Snapshot<'_>, deployment: &str, row: &Leased) -> Result<Value> {
    let place = if row.place.starts_with("wsp_") { "workspace_id" } else { "organization_id" };
    let mut said = json!({ place: row.place, "user_id": row.user });
    let member = on.query_one(
        "select id, public_metadata, created_at from memberships
         where deployment_id = $1 and place_id = $2 and user_id = $3",
        params![deployment, &row.place, &row.user],
    )?;
    let Some(member) = member else {
        said["deleted"] = Value::Bool(true);
        return Ok(said);
    };
    let mut cells = member.cells();
    let (id, metadata, created_at) = (cells.text()?, cells.text()?, cells.int()?);
    let roles = on.query(
        "select role_id from membership_roles where membership_id = $1 order by role_id",
        params![&id],
    )?;
    let roles = roles.into_iter().map(|row| row.cells().text()).collect::<Result<Vec<String>>>()?;
    said["id"] = Value::String(id);
    said["role_ids"] = roles.into();
    said["public_metadata"] = serde_json::from_str(&metadata).unwrap_or_default();
    said["created_at"] = Value::String(rfc3339(created_at));
    Ok(said)
}

fn invitation(on: &mut Snapshot<'_>, deployment: &str, row: &Leased) -> Result<Value> {
    let found = on.query_one(
        "select organization_id, coalesce(workspace_id, ''), email, coalesce(accepted_by, ''), expires_at, ended_at
         from invitations where id = $2 and deployment_id = $1",
        params![deployment, &row.invitation],
    )?;
    let Some(found) = found else {
        let mut said = gone(&row.invitation);
        said["organization_id"] = Value::String(row.place.clone());
        return Ok(said);
    };
    let mut cells = found.cells();
    let (organization, workspace, email) = (cells.text()?, cells.text()?, cells.text()?);
    let (accepted_by, expires_at, ended_at) = (cells.text()?, cells.int()?, cells.optional_int()?);
    let mut said = some(&[
        ("id", &row.invitation),
        ("organization_id", &organization),
        ("workspace_id", &workspace),
        ("email", &email),
        ("accepted_by", &accepted_by),
    ]);
    if ended_at.is_none() {
        said["expires_at"] = Value::String(rfc3339(expires_at));
    }
    Ok(said)
}
