//! What was proved when a sign-in was made, and since; and the key that comes with it.
//!
//! When the assurance of a sign-in changes it gets a new key. The old one keeps the old assurance, and dies when the new
//! one is first used: so a lost answer costs what it would have given and no more, and whoever copied the old key is out.

use super::enter::{Arrival, Room};
use super::rack::{Key, Rack};
use super::{LiveSignIn, Loaded, store};
use crate::app::{App, Site};
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::SignInId;
use crate::params;
use crate::vault::{Purpose, Vault};
use crate::world::SKEW_MS;
use keyrack_protocol::ChangeReason;

/// What was proved this long ago is fresh.
pub const FRESH_MS: i64 = 10 * 60_000;

use serde::{Deserialize, Serialize};

/// What was proved for a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How, in names of RFC 8176 with spaces between: `pwd`, `otp`, `sms`, `hwk`, `mfa`, and `mail` for a mailed code or
    /// link.
    pub methods: String,
    /// When the last of it was proved: sensitive changes ask for a fresh proof.
    pub proved_at: i64,
    /// Since when it counts as proved with a second factor.
    pub second_factor_at: Option<i64>,
}

/// The key that a sign-in had before, until the present one is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// HMAC of it.
    pub key_hash: String,
    /// What was proved for it.
    pub proof: Proof,
}

impl Proof {
    /// How it is said that a ticket vouched for somebody, who has proved nothing by it.
    pub const TICKET: &str = "ticket";

    /// By a password alone.
    #[must_use]
    pub fn by_password(now: i64) -> Self {
        Self { methods: "pwd".to_owned(), proved_at: now, second_factor_at: None }
    }

    /// The same with one more thing proved, at `now`.
    #[must_use]
    pub fn and(&self, method: &str, now: i64) -> Self {
        let has_it = self.has(method);
        let methods = if has_it { self.methods.clone() } else { format!("{} {method}", self.methods) };
        Self { methods, proved_at: now, second_factor_at: self.second_factor_at }
    }

    /// The same with a second factor proved, at `now`.
    #[must_use]
    pub fn and_second_factor(&self, method: &str, now: i64) -> Self {
        Self { second_factor_at: Some(now), ..self.and(method, now).and("mfa", now) }
    }

    /// Whether something was proved like this.
    #[must_use]
    pub fn has(&self, method: &str) -> bool {
        self.methods.split(' ').any(|name| name == method)
    }

    /// Whether the last of it was proved at most ten minutes before `now`. A ticket alone is nobody's proof.
    #[must_use]
    pub fn is_fresh(&self, now: i64) -> bool {
        self.methods != Self::TICKET && (-SKEW_MS..=FRESH_MS).contains(&(now - self.proved_at))
    }

    /// The same with one more thing proved, at `now`, which counts as a second factor beside something else that was
    /// proved, not beside itself.
    #[must_use]
    pub fn with(&self, method: &str, is_second: bool, now: i64) -> Self {
        let beside_another = self.methods.split(' ').any(|one| one != method && one != "mfa");
        if is_second && beside_another {
            let proof = self.and_second_factor(method, now);
            return Self { second_factor_at: self.second_factor_at.or(proof.second_factor_at), ..proof };
        }
        self.and(method, now)
    }
}

/// Reads the columns `old_key_hash, old_proofs, old_proved_at, old_second_factor_at`.
///
/// # Errors
/// When the columns are others.
pub fn read_old(cells: &mut Cells) -> Result<Option<Old>> {
    let (key_hash, methods) = (cells.optional_text()?, cells.optional_text()?);
    let (proved_at, second_factor_at) = (cells.optional_int()?, cells.optional_int()?);
    let proof = Proof {
        methods: methods.unwrap_or_default(),
        proved_at: proved_at.unwrap_or_default(),
        second_factor_at,
    };
    Ok(key_hash.map(|key_hash| Old { key_hash, proof }))
}

/// Whether the account of a sign-in has a second factor, and the sign-in has proved one: what a place that asks for one
/// looks at. While the old key still works it says what is proved, because nobody knows which of the two comes.
///
/// # Errors
/// What the database says.
pub fn has_second_factor(on: &mut Snapshot<'_>, sign_in: &SignInId) -> Result<bool> {
    let row = on.query_one(
        "select s.id from sign_ins s join users u on u.id = s.user_id
         where s.id = $1 and u.second_factor_at is not null and s.second_factor_at is not null
             and (s.old_key_hash is null or s.old_second_factor_at is not null)",
        params![sign_in.as_str()],
    )?;
    Ok(row.is_some())
}

impl LiveSignIn {
    /// The same of one that was read.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        let proof = self.old.as_ref().map_or(&self.proof, |old| &old.proof);
        let is_proved = proof.second_factor_at.is_some() && self.proof.second_factor_at.is_some();
        is_proved && self.user.second_factor_at.is_some()
    }

    /// What was proved for it, as far as `rack` has the key that says so.
    #[must_use]
    pub fn proof_for(&self, rack: &Rack, vault: &Vault) -> &Proof {
        match &self.old {
            Some(old) if !rack_fits(rack, vault, &self.id, &self.key_hash) => &old.proof,
            _ => &self.proof,
        }
    }
}

/// Whether a key of the rack is the one to this sign-in that was hashed.
fn rack_fits(rack: &Rack, vault: &Vault, id: &SignInId, hash: &str) -> bool {
    rack.keys_to(id.as_str()).any(|key| vault.fits(Purpose::RackKey, id.as_str(), key.secret(), hash))
}

impl Loaded {
    /// Whether a key opens a sign-in in it, by its present or its old one.
    #[must_use]
    pub fn opens(&self, vault: &Vault, key: &Key) -> bool {
        let fits = |hash: &str| vault.fits(Purpose::RackKey, key.id(), key.secret(), hash);
        let named = self.sign_ins.iter().filter(|sign_in| sign_in.id.as_str() == key.id());
        let mut hashes = named.flat_map(|it| [Some(&it.key_hash), it.old.as_ref().map(|old| &old.key_hash)]);
        hashes.any(|hash| hash.is_some_and(|hash| fits(hash)))
    }

    /// The sign-ins whose new key the rack has while the old one still works.
    pub fn renewed_in<'a>(&'a self, rack: &'a Rack, vault: &'a Vault) -> impl Iterator<Item = &'a SignInId> {
        let renewed = self.sign_ins.iter().filter(|sign_in| sign_in.old.is_some());
        let used = renewed.filter(|sign_in| rack_fits(rack, vault, &sign_in.id, &sign_in.key_hash));
        used.map(|sign_in| &sign_in.id)
    }
}

/// Ends the old keys of the sign-ins whose new one comes in this rack; the session as it is then, if there were any. The
/// caller holds its lock.
///
/// # Errors
/// What the database says.
pub fn retire_old(
    tx: &mut Tx<'_>,
    site: &Site,
    loaded: &Loaded,
    (rack, vault): (&Rack, &Vault),
    now: i64,
) -> Result<Option<Loaded>> {
    let used: Vec<&SignInId> = loaded.renewed_in(rack, vault).collect();
    if used.is_empty() {
        return Ok(None);
    }
    for id in used {
        tx.execute(
            "update sign_ins set old_key_hash = null, old_proofs = null, old_proved_at = null,
                 old_second_factor_at = null where id = $1",
            params![id.as_str()],
        )?;
    }
    store::raise(tx, site, &loaded.id, ChangeReason::Renewed, now).map(Some)
}

impl Room {
    /// What was proved for one of its sign-ins, as far as the rack of the request has the key that says so.
    ///
    /// # Errors
    /// `sign_in_not_found` when the rack does not open it.
    pub fn proof(&self, vault: &Vault, id: &SignInId) -> Result<Proof> {
        let sign_in = self.loaded.visible_sign_in(self.opened, id.as_str())?;
        Ok(sign_in.proof_for(&self.rack, vault).clone())
    }

    /// Gives a sign-in a new key for what is proved for it from now on. The key that the request came with goes on
    /// working, for what was proved before, until the new one is used. Once a request; it opens no sign-in beside.
    ///
    /// # Errors
    /// What the database says; `sign_in_not_found` when the rack does not open it.
    pub fn renew(
        &mut self,
        tx: &mut Tx<'_>,
        app: &App,
        (id, proof): (&SignInId, &Proof),
        arrival: &Arrival,
    ) -> Result<()> {
        let sign_in = self.loaded.visible_sign_in(self.opened, id.as_str())?;
        // The key in between, which this browser does not have, reached nobody.
        let came = match &sign_in.old {
            Some(old) if !rack_fits(&self.rack, &app.vault, id, &sign_in.key_hash) => old.clone(),
            _ => Old { key_hash: sign_in.key_hash.clone(), proof: sign_in.proof.clone() },
        };
        let key = arrival.new_sign_in.1.to(id.as_str());
        let renewed = tx.execute(
            "update sign_ins set key_hash = $2, proofs = $3, proved_at = $4, second_factor_at = $5,
                 old_key_hash = $6, old_proofs = $7, old_proved_at = $8, old_second_factor_at = $9
             where id = $1 and ended_at is null",
            params![
                id.as_str(),
                &store::key_hash(&app.vault, &key),
                &proof.methods,
                proof.proved_at,
                proof.second_factor_at,
                &came.key_hash,
                &came.proof.methods,
                came.proof.proved_at,
                came.proof.second_factor_at
            ],
        )?;
        if renewed != 1 {
            return Err(Error::internal("renew a key", "the sign-in has ended under its lock"));
        }
        self.keys.push(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_fresh_for_ten_minutes_to_the_millisecond() {
        let proof = Proof::by_password(1_000_000);
        assert!(proof.is_fresh(1_000_000) && proof.is_fresh(1_000_000 + FRESH_MS));
        assert!(!proof.is_fresh(1_000_001 + FRESH_MS));
        // A clock that was ahead does not make it fresh for longer.
        assert!(proof.is_fresh(1_000_000 - SKEW_MS) && !proof.is_fresh(999_999 - SKEW_MS));
    }

    #[test]
    fn a_factor_is_a_second_one_beside_another_and_never_beside_itself() {
        let by = |methods: &str| Proof { methods: methods.to_owned(), ..Proof::by_password(5) };
        let with = by("pwd").with("otp", true, 9);
        assert_eq!(
            with,
            Proof { methods: "pwd otp mfa".to_owned(), proved_at: 9, second_factor_at: Some(9) }
        );
        assert_eq!(with.with("otp", true, 12).second_factor_at, Some(9));
        assert_eq!(by("sms").with("sms", true, 9).second_factor_at, None);
        assert_eq!(by("otp mfa").with("otp", true, 9).second_factor_at, None);
        assert_eq!(by("pwd").with("mail", false, 9).second_factor_at, None);
        assert_eq!(by("pwd").with("pwd", false, 9).methods, "pwd");
    }
}
