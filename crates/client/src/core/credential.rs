//! The credential: a rack of keys `<id>.<secret>` joined by `~`, the session's key first. Who shares one writes it at
//! their own pace, so what an answer hands out is merged into what is kept instead of replacing it.

/// The rack to keep. A key that the request carried and the answer lacks is dead; a key that came into storage while the
/// request was under way is somebody else's and stays. Racks of two sessions are never mixed.
#[must_use]
pub fn merge(stored: Option<&str>, carried: Option<&str>, answered: &str) -> String {
    let Some(stored) = stored.filter(|stored| session_id(Some(stored)) == session_id(Some(answered))) else {
        return answered.to_owned();
    };
    let known =
        |key: &str| carried.unwrap_or_default().split('~').chain(answered.split('~')).any(|one| one == key);
    let foreign = stored.split('~').skip(1).filter(|key| !known(key));
    std::iter::once(answered).chain(foreign).collect::<Vec<_>>().join("~")
}

/// The id of the session that a rack is for; empty when there is no rack.
#[must_use]
pub fn session_id(rack: Option<&str>) -> &str {
    rack.and_then(|rack| rack.split('.').next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h18_what_an_answer_hands_out_is_merged_into_what_is_kept() {
        let merged = |stored, carried| merge(stored, carried, "ses_1.a~sin_1.b");
        assert_eq!(merged(None, None), "ses_1.a~sin_1.b");
        assert_eq!(merged(Some("ses_1.a"), Some("ses_1.a")), "ses_1.a~sin_1.b");
        let foreign = merged(Some("ses_1.a~sin_2.c"), Some("ses_1.a"));
        assert_eq!(foreign, "ses_1.a~sin_1.b~sin_2.c", "somebody else's came meanwhile");
        let dead = merged(Some("ses_1.a~sin_2.c"), Some("ses_1.a~sin_2.c"));
        assert_eq!(dead, "ses_1.a~sin_1.b", "it was carried and not handed out again");
        assert_eq!(merged(Some("ses_2.a~sin_2.c"), Some("ses_2.a")), "ses_1.a~sin_1.b", "of another session");
    }

    #[test]
    fn h18_a_rack_names_its_session() {
        assert_eq!([session_id(None), session_id(Some("ses_1.a~sin_1.b"))], ["", "ses_1"]);
    }
}
