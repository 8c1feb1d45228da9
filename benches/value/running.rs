//! The command itself, in a process of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a run of a command took, its quickest of three.
pub struct Run {
    pub wall: Duration,
    pub cpu: Duration,
    pub peak_mb: f64,
}

/// Runs `estate value` with these arguments on the estate in this folder.
pub fn value(root: &Path, arguments: &[&str]) -> Run {
    let runs = (0..3).map(|_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_estate"));
        command.current_dir(root).arg("value").args(arguments).args([
            "--as-of",
            "2026-06-30",
            "--allow-missing",
        ]);
        let (begun, before) = (Instant::now(), children_cpu());
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it can be started");
        let mut peak_mb = 0.0f64;
        let status = loop {
            peak_mb = peak_mb.max(peak_of(child.id()));
            match child.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        assert!(status.success(), "{command:?} ended with {status}");
        Run { wall: begun.elapsed(), cpu: children_cpu() - before, peak_mb }
    });
    runs.min_by_key(|run| run.wall).expect("three runs")
}

/// The CPU time, user and system, of all children that have ended: fields 16 and 17 of
/// `/proc/self/stat`, in hundredths of a second.
fn children_cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("a Linux system");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// The most memory that a running process has held, in MB of 1024 kB; 0 once it has ended.
fn peak_of(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
