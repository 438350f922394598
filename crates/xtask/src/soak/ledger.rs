//! What the server has acknowledged to one browser, and whether what it shows later agrees.

use serde_json::Value;
use std::collections::BTreeSet;

/// One change that a browser asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new account.
    SignUp,
    /// Another of its accounts becomes the active one.
    Switch(String),
    /// One account leaves.
    SignOut(String),
    /// All accounts leave.
    SignOutAll,
}

/// What a session looks like: what the ledger compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The session, `""` when there is none.
    pub id: String,
    /// Its revision.
    pub revision: i64,
    /// The sign-ins, with their users.
    pub signins: BTreeSet<(String, String)>,
    /// The active sign-in.
    pub active: Option<String>,
    /// The sign-ups that are listed, those that were finished a while ago too.
    pub attempts: BTreeSet<String>,
}

impl Shown {
    /// What the `data` of a session's answer shows.
    pub fn of(session: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let signins = session["signins"].as_array().into_iter().flatten();
        let attempts = session["signup_attempts"].as_array().into_iter().flatten();
        Self {
            id: text(&session["id"]),
            revision: session["revision"].as_i64().unwrap_or(-1),
            signins: signins.map(|signin| (text(&signin["id"]), text(&signin["user_id"]))).collect(),
            active: session["active_signin"]["id"].as_str().map(str::to_owned),
            attempts: attempts.map(|attempt| text(&attempt["id"])).collect(),
        }
    }

    /// The ids of the sign-ins, in their order.
    pub fn ids(&self) -> Vec<String> {
        self.signins.iter().map(|signin| signin.0.clone()).collect()
    }

    /// What is to be seen after a change that may have come later than it was looked for. What is active then is not
    /// known if it was the one that left.
    pub fn after(&self, late: &Change) -> Self {
        let mut after = self.clone();
        match late {
            Change::Switch(id) => after.active = Some(id.clone()),
            Change::SignOut(id) => {
                after.signins = self.without(id);
                after.active = self.active.clone().filter(|active| active != id);
            }
            Change::SignOutAll => after = Self::default(),
            Change::SignUp => {}
        }
        after
    }

    fn without(&self, id: &str) -> BTreeSet<(String, String)> {
        self.signins.iter().filter(|signin| signin.0 != id).cloned().collect()
    }

    fn holds(&self, active: Option<&String>) -> bool {
        active.is_some_and(|id| self.signins.iter().any(|signin| signin.0 == *id))
    }
}

/// Whether `after`, read after a restart, agrees with `acked`, the last answer before it. `doubt` is the
/// change whose answer was lost: it may have happened, whole, or not at all.
pub fn agrees(acked: &Shown, doubt: Option<&Change>, after: &Shown) -> bool {
    after == acked
        || lapsed(acked, after)
        || doubt.is_some_and(|doubt| match doubt {
            // The key of what was lost reached nobody, so it is not shown; it may have taken the active place,
            // which then falls to another that this browser opens.
            Change::SignUp => {
                let active_fits = after.active.is_none() == acked.active.is_none();
                is_next(acked, after) && after.signins == acked.signins && active_fits
            }
            // A sign-in of an earlier sign-up whose answer was lost keeps the session alive, and nothing of it is shown.
            Change::SignOutAll if is_next(acked, after) => {
                *after == Shown { id: after.id.clone(), revision: after.revision, ..Shown::default() }
            }
            told => follows(acked, told, after),
        })
}

/// Whether nothing has changed but that some sign-ups, over for a while, are not listed any more.
fn lapsed(acked: &Shown, after: &Shown) -> bool {
    let rest = Shown { revision: acked.revision, attempts: acked.attempts.clone(), ..after.clone() };
    rest == *acked
        && after.revision > acked.revision
        && after.attempts.len() < acked.attempts.len()
        && after.attempts.is_subset(&acked.attempts)
}

/// Whether `after` is what `change`, acknowledged, makes of `before`.
pub fn follows(before: &Shown, change: &Change, after: &Shown) -> bool {
    match change {
        Change::Switch(id) => {
            is_next(before, after) && after.signins == before.signins && after.active.as_ref() == Some(id)
        }
        Change::SignOut(id) => {
            let rest = before.without(id);
            if rest.is_empty() {
                return after.signins.is_empty() && after.active.is_none();
            }
            let active_fits = if before.active.as_ref() == Some(id) {
                after.holds(after.active.as_ref())
            } else {
                after.active == before.active
            };
            is_next(before, after) && after.signins == rest && active_fits
        }
        Change::SignOutAll => after.id.is_empty() && after.signins.is_empty() && after.active.is_none(),
        Change::SignUp => {
            let mut new = after.signins.difference(&before.signins);
            is_next(before, after)
                && after.signins.is_superset(&before.signins)
                && after.signins.len() == before.signins.len() + 1
                && new.next().is_some_and(|new| after.active.as_ref() == Some(&new.0))
        }
    }
}

/// Whether `after` may be a later state of the session: the first thing that a browser does makes it.
fn is_next(before: &Shown, after: &Shown) -> bool {
    (after.id == before.id || before.id.is_empty()) && after.revision > before.revision
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(revision: i64, ids: &[&str], active: Option<&str>) -> Shown {
        let signins: Vec<Value> =
            ids.iter().map(|id| json!({ "id": id, "user_id": format!("u-{id}") })).collect();
        let active = active.map_or(Value::Null, |id| json!({ "id": id }));
        let session = if revision == 0 { "" } else { "s" };
        Shown::of(
            &json!({ "id": session, "revision": revision, "signins": signins, "active_signin": active }),
        )
    }

    #[test]
    fn without_doubt_nothing_may_differ() {
        let acked = shown(5, &["a", "b"], Some("a"));
        assert!(agrees(&acked, None, &acked));
        for other in [
            shown(6, &["a", "b"], Some("a")),
            shown(4, &["a", "b"], Some("a")),
            shown(5, &["a"], Some("a")),
            shown(5, &["a", "b"], Some("b")),
            shown(0, &[], None),
        ] {
            assert!(!agrees(&acked, None, &other), "{other:?}");
        }
    }

    #[test]
    fn a_lost_switch_happened_or_not() {
        let (acked, doubt) = (shown(5, &["a", "b", "c"], Some("a")), Change::Switch("b".to_owned()));
        assert!(agrees(&acked, Some(&doubt), &acked));
        assert!(agrees(&acked, Some(&doubt), &shown(6, &["a", "b", "c"], Some("b"))));
        assert!(!agrees(&acked, Some(&doubt), &shown(6, &["a", "b", "c"], Some("c"))));
        assert!(!agrees(&acked, Some(&doubt), &shown(6, &["b", "c"], Some("b"))));
        assert!(!agrees(&acked, Some(&doubt), &shown(5, &["a", "b", "c"], Some("b"))));
    }

    #[test]
    fn a_lost_sign_out_is_whole_or_nothing() {
        let (acked, doubt) = (shown(5, &["a", "b"], Some("a")), Change::SignOut("a".to_owned()));
        assert!(agrees(&acked, Some(&doubt), &shown(6, &["b"], Some("b"))));
        assert!(!agrees(&acked, Some(&doubt), &shown(6, &["b"], Some("a"))));
        assert!(!agrees(&acked, Some(&doubt), &shown(6, &["a", "b"], Some("b"))));
        let last = shown(5, &["a"], Some("a"));
        assert!(agrees(&last, Some(&doubt), &shown(0, &[], None)));
        assert!(agrees(&acked, Some(&Change::SignOutAll), &shown(0, &[], None)));
        assert!(agrees(&acked, Some(&Change::SignOutAll), &shown(6, &[], None)));
        assert!(!agrees(&acked, Some(&Change::SignOutAll), &shown(5, &[], None)));
        assert!(!agrees(&acked, Some(&Change::SignOutAll), &shown(6, &["b"], Some("b"))));
        let listed = Shown { attempts: ["x".to_owned()].into(), ..shown(6, &[], None) };
        assert!(!agrees(&acked, Some(&Change::SignOutAll), &listed));
    }

    #[test]
    fn a_lost_sign_up_shows_nothing_new() {
        let acked = shown(5, &["a", "b"], Some("a"));
        assert!(agrees(&acked, Some(&Change::SignUp), &shown(7, &["a", "b"], Some("b"))));
        assert!(!agrees(&acked, Some(&Change::SignUp), &shown(7, &["a", "b", "c"], Some("c"))));
        assert!(!agrees(&acked, Some(&Change::SignUp), &shown(7, &["a", "b"], None)));
        assert!(agrees(&Shown::of(&json!({ "revision": 0 })), Some(&Change::SignUp), &shown(2, &[], None)));
    }

    #[test]
    fn a_sign_up_that_is_over_leaves_the_list_by_itself_and_takes_nothing_along() {
        let listed = |revision, attempts: &[&str]| Shown {
            attempts: attempts.iter().map(|id| (*id).to_owned()).collect(),
            ..shown(revision, &["a"], Some("a"))
        };
        let acked = listed(5, &["x", "y"]);
        assert!(agrees(&acked, None, &listed(6, &["y"])));
        assert!(!agrees(&acked, None, &listed(5, &["y"])));
        assert!(!agrees(&acked, None, &listed(6, &["x", "y"])));
        assert!(!agrees(&acked, None, &listed(6, &["z"])));
        assert!(!agrees(&acked, None, &Shown { active: None, ..listed(6, &["y"]) }));
    }

    #[test]
    fn a_change_that_came_late_is_the_ground_of_the_next() {
        let before = shown(5, &["a", "b", "c"], Some("b"));
        let late = before.after(&Change::SignOut("a".to_owned()));
        assert!(follows(&late, &Change::Switch("c".to_owned()), &shown(7, &["b", "c"], Some("c"))));
        assert!(!follows(&before, &Change::Switch("c".to_owned()), &shown(7, &["b", "c"], Some("c"))));
        assert!(before.after(&Change::SignOutAll).id.is_empty());
        assert_eq!(before.after(&Change::Switch("c".to_owned())).active.as_deref(), Some("c"));
    }

    #[test]
    fn what_was_acknowledged_has_happened() {
        let before = shown(5, &["a", "b"], Some("a"));
        let switch = Change::Switch("b".to_owned());
        assert!(follows(&before, &switch, &shown(6, &["a", "b"], Some("b"))));
        assert!(!follows(&before, &switch, &before));
        assert!(follows(&before, &Change::SignUp, &shown(8, &["a", "b", "c"], Some("c"))));
        for not in [
            shown(8, &["a", "b"], Some("b")),
            shown(8, &["a", "b", "c"], Some("a")),
            shown(8, &["a", "c"], Some("c")),
            shown(5, &["a", "b", "c"], Some("c")),
        ] {
            assert!(!follows(&before, &Change::SignUp, &not), "{not:?}");
        }
        assert!(!follows(&before, &Change::SignOut("a".to_owned()), &before));
    }
}
