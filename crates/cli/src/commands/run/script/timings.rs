//! `weft run --timings`: the phases of a script's WebAssembly as a table.

use std::time::Duration;

use weft_js::{Phase, Timings};

/// A line for each phase, and one for all calls.
pub(super) fn table(timings: &Timings) -> String {
    let mut table = String::new();
    for phase in &timings.phases {
        table.push_str(&line(phase));
    }
    if timings.calls > 0 {
        let what = format!("{} calls", timings.calls);
        table.push_str(&row("Call", timings.call_time, "", &what));
    }
    table
}

fn line(phase: &Phase) -> String {
    match phase {
        Phase::Fetch { url, bytes, time } => row("Fetch", *time, &size(*bytes), url),
        Phase::Compile {
            module,
            bytes,
            time,
            is_streamed,
        } => {
            let after = match is_streamed {
                true => "after the last byte; ",
                false => "",
            };
            let (compiled, all) = (module.compiled_count(), module.function_count());
            let what =
                format!("{after}optimizing tier: {compiled} of {all} functions are compiled");
            row("Compile", *time, &size(*bytes), &what)
        }
        Phase::Instantiate { time } => row("Instantiate", *time, "", ""),
    }
}

fn row(phase: &str, time: Duration, size: &str, what: &str) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    let row = format!("{phase:<12}{milliseconds:>10.2} ms {size:>16}  {what}");
    format!("{}\n", row.trim_end())
}

fn size(bytes: u64) -> String {
    format!("{bytes} bytes")
}
