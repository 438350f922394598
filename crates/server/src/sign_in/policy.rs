//! What is asked of an account beside its first factor: of all by the deployment, of one by itself, of members by
//! their organizations.

use super::machine::{Needs, SecondFactor};
use super::{code, factor};
use crate::app::Site;
use crate::config::{FieldUse, SecondFactorPolicy};
use crate::db::Snapshot;
use crate::error::Result;
use crate::params;
use crate::session::Proof;
use crate::user::User;

/// What is asked of an account, as both are now; `proof` says what it proved so far.
///
/// # Errors
/// What the database says.
pub fn needs(on: &mut Snapshot<'_>, site: &Site, (user, proof): (&User, &Proof)) -> Result<Needs> {
    // Also one that nothing of is left here: an account is no weaker because a deployment switched something off.
    let has_one = user.second_factor_at.is_some() || factor::has_any(site, user);
    let auth = &site.config.auth;
    let own = user.ways.second_factor_policy.as_deref();
    let is_asked = match auth.second_factor.policy.of_account(own) {
        SecondFactorPolicy::Enforced => true,
        SecondFactorPolicy::Optional => has_one,
        SecondFactorPolicy::None => has_one && in_a_place_that_asks(on, user)?,
    };
    let needs = Needs {
        email: user.emails.iter().any(|email| email.is_primary && email.verified_at.is_none()),
        phone: auth.phone == FieldUse::Required && code::phone_to_prove(user).is_some(),
        password: false,
        second_factor: SecondFactor::NotAsked,
        profile: !missing(site, user).is_empty(),
    };
    Ok(match (is_asked, has_one) {
        (false, _) => needs,
        (true, false) => Needs { second_factor: SecondFactor::Add, ..needs },
        (true, true) if factor::available(site, user, proof).is_empty() => instead(needs, (user, proof)),
        (true, true) => Needs { second_factor: SecondFactor::Prove, ..needs },
    })
}

/// What is asked of an account that has a second factor and can prove none that is another one than its first: the mailbox,
/// or after that the password. Whoever has neither is where people are who lost their second factor.
fn instead(needs: Needs, (user, proof): (&User, &Proof)) -> Needs {
    let proved = ["pwd", "mail", "sms"].into_iter().filter(|name| proof.has(name)).count();
    if proof.second_factor_at.is_some() || proved > 1 {
        return needs;
    }
    match (proof.has("mail"), user.has_password) {
        (false, _) => Needs { email: true, ..needs },
        (true, true) => Needs { password: true, ..needs },
        (true, false) => Needs { second_factor: SecondFactor::Prove, ..needs },
    }
}

/// The fields of a profile that the deployment requires and the account has not filled in.
#[must_use]
pub fn missing(site: &Site, user: &User) -> Vec<&'static str> {
    let auth = &site.config.auth;
    let fields = [
        ("first_name", auth.first_name, user.first_name.is_empty()),
        ("last_name", auth.last_name, user.last_name.is_empty()),
        ("username", auth.username, user.username.is_none()),
        ("phone_number", auth.phone, user.ways.phones.is_empty()),
    ];
    let missing = fields.into_iter().filter(|(_, used, lacks)| *used == FieldUse::Required && *lacks);
    missing.map(|(name, ..)| name).collect()
}

/// The fields that the deployment requires of a profile.
#[must_use]
pub fn required(site: &Site) -> Vec<String> {
    let auth = &site.config.auth;
    let fields = [
        ("first_name", auth.first_name),
        ("last_name", auth.last_name),
        ("username", auth.username),
        ("phone_number", auth.phone),
    ];
    let required = fields.into_iter().filter(|(_, used)| *used == FieldUse::Required);
    ["email_address"].into_iter().chain(required.map(|(name, _)| name)).map(str::to_owned).collect()
}

/// Whether the account is a member of an organization or workspace that asks for a second factor.
fn in_a_place_that_asks(on: &mut Snapshot<'_>, user: &User) -> Result<bool> {
    let row = on.query_one(
        "select m.id from memberships m
             left join organizations o on o.id = m.place_id and o.deleted_at is null
             left join workspaces w on w.id = m.place_id and w.deleted_at is null
         where m.user_id = $1 and (o.requires_second_factor = 1 or w.requires_second_factor = 1)
         order by m.id limit 1",
        params![user.id.as_str()],
    )?;
    Ok(row.is_some())
}
