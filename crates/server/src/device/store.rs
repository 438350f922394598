//! Requests of programs in the database.

use super::State;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::{DeviceRequestId, SignInId, UserId};
use crate::params;
use crate::session::Proof;

/// A statement that ends, or goes on, with the columns of [`Request`].
macro_rules! of_request {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, program, ip_address, user_agent, language, state, user_id, sign_in_id, proofs, proved_at,
             second_factor_at, interval_ms, polled_at, created_at, expires_at ",
            $after
        )
    };
}

/// A program that wants to be signed in.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Its id.
    pub id: DeviceRequestId,
    /// What it calls itself.
    pub program: String,
    /// Where it asked from.
    pub ip_address: String,
    /// What it says it runs on.
    pub user_agent: String,
    /// The language that it speaks.
    pub language: String,
    /// What has become of it.
    pub state: State,
    /// Who decided, and by which sign-in.
    pub by: Option<(UserId, SignInId)>,
    /// What was proved for that sign-in.
    pub proof: Proof,
    /// How long it pauses between two questions.
    pub pause_ms: i64,
    /// When it last asked.
    pub polled_at: i64,
    /// When it was made.
    pub created_at: i64,
    /// Until when somebody can decide, and it can ask.
    pub expires_at: i64,
}

fn read(cells: &mut Cells) -> Result<Request> {
    let id = DeviceRequestId::stored(cells.text()?);
    let (program, ip_address, user_agent) = (cells.text()?, cells.text()?, cells.text()?);
    let (language, state) = (cells.text()?, cells.text()?);
    let state = State::stored(&state).ok_or_else(|| Error::internal("read a request of a program", state))?;
    let (user, sign_in) = (cells.optional_text()?, cells.optional_text()?);
    let by = user.zip(sign_in).map(|(user, it)| (UserId::stored(user), SignInId::stored(it)));
    let (methods, proved_at, second_factor_at) = (cells.text()?, cells.int()?, cells.optional_int()?);
    let proof = Proof { methods, proved_at, second_factor_at };
    let (pause_ms, polled_at) = (cells.int()?, cells.int()?);
    let (created_at, expires_at) = (cells.int()?, cells.int()?);
    Ok(Request {
        id,
        program,
        ip_address,
        user_agent,
        language,
        state,
        by,
        proof,
        pause_ms,
        polled_at,
        created_at,
        expires_at,
    })
}

/// Keeps a new request under the hash of its code.
///
/// # Errors
/// What the database says.
pub(super) fn create(
    tx: &mut Tx<'_>,
    deployment: &str,
    (request, user_code_hash): (&Request, &str),
) -> Result<()> {
    tx.execute(
        "insert into device_requests (id, deployment_id, user_code_hash, program, ip_address, user_agent, language, state,
             proofs, proved_at, interval_ms, polled_at, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, $9, $10, $11, $12)",
        params![
            request.id.as_str(),
            deployment,
            user_code_hash,
            &request.program,
            &request.ip_address,
            &request.user_agent,
            &request.language,
            request.state.word(),
            request.pause_ms,
            request.polled_at,
            request.created_at,
            request.expires_at
        ],
    )?;
    Ok(())
}

/// The request with this code that somebody can still decide on.
///
/// # Errors
/// What the database says.
pub(super) fn waiting(
    on: &mut Snapshot<'_>,
    deployment: &str,
    user_code_hash: &str,
    now: i64,
) -> Result<Option<Request>> {
    let row = on.query_one(
        of_request!(
            "select",
            "from device_requests
             where deployment_id = $1 and user_code_hash = $2 and state = 'waiting' and expires_at > $3"
        ),
        params![deployment, user_code_hash, now],
    )?;
    row.map(|row| read(&mut row.cells())).transpose()
}

/// A request by its id.
///
/// # Errors
/// What the database says.
pub(super) fn find(on: &mut Snapshot<'_>, deployment: &str, id: &DeviceRequestId) -> Result<Option<Request>> {
    let row = on.query_one(
        of_request!("select", "from device_requests where deployment_id = $1 and id = $2"),
        params![deployment, id.as_str()],
    )?;
    row.map(|row| read(&mut row.cells())).transpose()
}

/// Writes down what somebody decided; `false` if somebody else was faster.
///
/// # Errors
/// What the database says.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    id: &DeviceRequestId,
    to: State,
    ((user, sign_in), proof): ((&UserId, &SignInId), &Proof),
) -> Result<bool> {
    let decided = tx.execute(
        "update device_requests set state = $2, user_id = $3, sign_in_id = $4, proofs = $5, proved_at = $6,
             second_factor_at = $7 where id = $1 and state = 'waiting'",
        params![
            id.as_str(),
            to.word(),
            user.as_str(),
            sign_in.as_str(),
            &proof.methods,
            proof.proved_at,
            proof.second_factor_at
        ],
    )?;
    Ok(decided == 1)
}

/// Takes the lock of a request and gives it as it is then.
///
/// # Errors
/// What the database says.
pub(super) fn lock(tx: &mut Tx<'_>, deployment: &str, id: &DeviceRequestId) -> Result<Option<Request>> {
    let row = tx.query_one(
        of_request!(
            "update device_requests set state = state where deployment_id = $1 and id = $2 returning",
            ""
        ),
        params![deployment, id.as_str()],
    )?;
    row.map(|row| read(&mut row.cells())).transpose()
}

/// Notes that the program asked, and how long it pauses from now on.
///
/// # Errors
/// What the database says.
pub(super) fn asked(tx: &mut Tx<'_>, id: &DeviceRequestId, (now, pause_ms): (i64, i64)) -> Result<()> {
    tx.execute(
        "update device_requests set polled_at = $2, interval_ms = $3 where id = $1",
        params![id.as_str(), now, pause_ms],
    )?;
    Ok(())
}

/// Notes that the program was handed its session.
///
/// # Errors
/// What the database says.
pub(super) fn take(tx: &mut Tx<'_>, id: &DeviceRequestId) -> Result<()> {
    tx.execute("update device_requests set state = 'taken' where id = $1", params![id.as_str()])?;
    Ok(())
}

/// Whether a sign-in has not ended.
///
/// # Errors
/// What the database says.
pub(super) fn is_live(tx: &mut Tx<'_>, sign_in: &SignInId, now: i64) -> Result<bool> {
    let row = tx.query_one(
        "select 1 from sign_ins where id = $1 and ended_at is null and expires_at > $2",
        params![sign_in.as_str(), now],
    )?;
    Ok(row.is_some())
}
