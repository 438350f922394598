//! `keyrack-demo-terminal`: a Keyrack session in a terminal.

use clap::Parser;
use keyrack_demo_terminal::{Line, run};
use std::io::{BufRead, Write};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Line::parse(), &typed).await {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{}", failure.0);
            ExitCode::FAILURE
        }
    }
}

/// A line of the standard input. It is shown as it is typed, as befits a demo.
fn typed(question: &str) -> String {
    eprint!("{question}: ");
    // Where the question cannot be shown it can be answered all the same.
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(_) => line.trim().to_owned(),
        Err(_) => String::new(),
    }
}
