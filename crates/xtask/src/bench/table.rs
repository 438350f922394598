//! The table: call, goal, measured, met or not.

use crate::Outcome;

/// What was measured beside what was wanted.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    call: String,
    goal: String,
    measured: String,
    /// None where it could not be measured.
    met: Option<bool>,
}

impl Table {
    /// A goal that is at most, or at least, a number.
    pub fn add(&mut self, call: &str, goal: &str, measured: String, met: bool) {
        println!("  {call}: {measured} (goal {goal}): {}", if met { "met" } else { "NOT MET" });
        self.lines.push(Line { call: call.to_owned(), goal: goal.to_owned(), measured, met: Some(met) });
    }

    /// A row that could not be measured.
    pub fn failed(&mut self, call: &str, reason: &str) {
        // A whole log may be in it: its end says what happened.
        let lines: Vec<&str> = reason.lines().collect();
        let end = &lines[lines.len().saturating_sub(5)..];
        eprintln!("  {call} could not be measured: {}", end.join("\n  "));
        let reason = reason.lines().next().unwrap_or_default().to_owned();
        self.lines.push(Line { call: call.to_owned(), goal: String::new(), measured: reason, met: None });
    }

    /// Prints it, and what is left. Only what could not be measured is a failure of the bench.
    pub fn tell(&self) -> Outcome {
        println!("\n| call | goal | measured | |\n|---|---|---|---|");
        for line in &self.lines {
            let met = match line.met {
                Some(true) => "met",
                Some(false) => "missed",
                None => "not measured",
            };
            println!("| {} | {} | {} | {met} |", line.call, line.goal, line.measured);
        }
        let left: Vec<&Line> = self.lines.iter().filter(|line| line.met == Some(false)).collect();
        for line in &left {
            println!("what is left: {}: {}, wanted {}", line.call, line.measured, line.goal);
        }
        if left.is_empty() {
            println!("what is left: nothing");
        }
        let failed = self.lines.iter().filter(|line| line.met.is_none()).count();
        if failed == 0 { Ok(()) } else { Err(format!("{failed} rows could not be measured")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_is_told_and_an_unmeasured_one_fails() {
        let mut table = Table::default();
        table.add("call", "≤ 1", "2".to_owned(), false);
        table.tell().unwrap();
        table.failed("other", "it broke\nin two lines");
        assert_eq!(table.lines[1].measured, "it broke");
        table.tell().unwrap_err();
    }
}
