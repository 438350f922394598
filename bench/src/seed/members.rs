//! Organizations with members: what the pages of long lists are measured on.

use crate::people::Seeder;
use keyrack_server::config::teams::Kind;
use keyrack_server::db::{Db, Tx};
use keyrack_server::error::{Error, Result};
use keyrack_server::id::{EmailAddressId, MembershipId, OrganizationId, PictureId, UserId};
use keyrack_server::membership::list::COUNTED;
use keyrack_server::membership::{Place, role, store};
use keyrack_server::organization::said::Said;
use keyrack_server::organization::store::{self as organizations, Drawn};
use keyrack_server::params;
use serde_json::{Value, json};

/// Members in one transaction.
const BATCH: usize = 250;
/// Places in a list at which pages begin.
const PLACES: usize = 64;

/// A member who is not there yet.
struct Member {
    number: usize,
    id: MembershipId,
    user: UserId,
    email: EmailAddressId,
}

/// Makes a session whose user is in one organization of each size, and tells the requests of its pages.
///
/// # Errors
/// What the database says.
pub async fn fill(db: &Db, seeder: &Seeder, sizes: &[usize]) -> Result<Vec<Value>> {
    if sizes.is_empty() {
        return Ok(Vec::new());
    }
    let batch = seeder.batch(0, 1, 1);
    let nobody = || Error::internal("seed", "there is no session");
    let (user, rack) = (batch.active_user().ok_or_else(nobody)?, batch.told[0]["rack"].clone());
    db.write(move |tx| batch.insert(tx)).await?;
    let mut lists = Vec::new();
    for size in sizes {
        let mut list = organization(db, seeder, &user, *size).await?;
        list["rack"] = rack.clone();
        lists.push(list);
    }
    Ok(lists)
}

async fn organization(db: &Db, seeder: &Seeder, maker: &UserId, size: usize) -> Result<Value> {
    let world = &seeder.world;
    let (id, own) = (OrganizationId::draw(world), MembershipId::draw(world));
    let (picture, deployment, maker) = (PictureId::draw(world), seeder.deployment.clone(), maker.clone());
    let place = Place { kind: Kind::Organization, id: id.to_string(), organization: id.clone() };
    let (of, made) = (place.clone(), world.clock.now_ms());
    db.write(move |tx| {
        let drawn = Drawn { id: id.as_str(), picture: &picture };
        let said = Said { name: Some("Large".to_owned()), ..Said::default() };
        organizations::create(tx, &deployment, &drawn, (&said, &maker), made)?;
        store::begin(tx, &deployment, &of)?;
        join(tx, (&deployment, &of), (&own, &maker), "rol_org_admin")
    })
    .await?;
    let mut ids = Vec::new();
    for first in (1..size).step_by(BATCH) {
        let count = BATCH.min(size - first);
        let members: Vec<Member> =
            (first..first + count).map(|number| Member::draw(seeder, number)).collect();
        ids.extend(members.iter().map(|member| member.id.to_string()));
        let (place, deployment) = (place.clone(), seeder.deployment.clone());
        db.write(move |tx| members.iter().try_for_each(|member| member.insert(tx, (&deployment, &place))))
            .await?;
    }
    Ok(requests(&place.id, &ids, size))
}

fn join(
    tx: &mut Tx<'_>,
    (deployment, place): (&str, &Place),
    (id, user): (&MembershipId, &UserId),
    role: &str,
) -> Result<()> {
    store::add(tx, (deployment, place), (id, user), 0, 0)?;
    role::give(tx, (deployment, place), id, role).map(drop)
}

impl Member {
    fn draw(seeder: &Seeder, number: usize) -> Self {
        let world = &seeder.world;
        let (id, user) = (MembershipId::draw(world), UserId::draw(world));
        Self { number, id, user, email: EmailAddressId::draw(world) }
    }

    fn insert(&self, tx: &mut Tx<'_>, (deployment, place): (&str, &Place)) -> Result<()> {
        let number = self.number;
        tx.execute(
            "insert into users (id, deployment_id, version, first_name, last_name, created_at, updated_at)
             values ($1, $2, 1, $3, $4, 0, 0)",
            params![
                self.user.as_str(),
                deployment,
                &format!("First{number:06}"),
                &format!("Last{number:06}")
            ],
        )?;
        tx.execute(
            "insert into email_addresses (id, deployment_id, user_id, email, is_primary, verified_at, created_at,
                 updated_at) values ($1, $2, $3, $4, 1, 0, 0, 0)",
            params![
                self.email.as_str(),
                deployment,
                self.user.as_str(),
                &format!("person{number:06}.{}@example.com", place.id)
            ],
        )?;
        join(tx, (deployment, place), (&self.id, &self.user), "rol_org_member")
    }
}

/// Pages that begin all over the list, but for its end: each is full.
fn requests(organization: &str, ids: &[String], size: usize) -> Value {
    let path = format!("/organizations/{organization}/members?limit=20");
    let total = i64::try_from(size).unwrap_or(COUNTED).min(COUNTED);
    let places = (0..PLACES).map(|place| place * ids.len() * 3 / 4 / PLACES);
    let (mut page, mut found, mut name, mut address) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, id) in places.filter_map(|place| Some((place + 1, ids.get(place)?))) {
        page.push(format!("{path}&cursor={id}0."));
        found.push(format!("{path}&search=first&cursor={id}{total}.first{number:06}%20last{number:06}"));
        name.push(format!("{path}&search=first{number:06}%20la"));
        address.push(format!("{path}&search=person{number:06}."));
    }
    json!({ "pages": { "page": page, "found": found, "name": name, "address": address } })
}
