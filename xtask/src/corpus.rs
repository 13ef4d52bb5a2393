//! Published packages, unmodified: each with a script that has Node's output beside it.
//!
//! They are too large to carry, so they and their scripts are a folder that the user has: `packages.tsv` names each with where it comes from,
//! and a folder of the same name holds its scripts `demo*.mjs` or `.cjs` with `.expected.txt`. `setup` brings the packages
//! into another folder with the registries' ordinary clients; `run` runs the scripts there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::conformance::weft;
use crate::project::Result;

/// How long a script may take.
const TIMEOUT: Duration = Duration::from_secs(600);

/// A line of `packages.tsv`.
struct Package {
    name: String,
    /// How it is brought: `pack` and `install` with npm, `pip` with pip.
    kind: String,
    specifier: String,
}

fn packages(scripts: &Path, wanted: &[&str]) -> Result<Vec<Package>> {
    let list = scripts.join("packages.tsv");
    let text = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let packages = text.lines().filter_map(|line| {
        let mut columns = line.split('\t').map(str::to_owned);
        Some(Package {
            name: columns.next()?,
            kind: columns.next()?,
            specifier: columns.next()?,
        })
    });
    Ok(packages
        .filter(|package| wanted.is_empty() || wanted.contains(&package.name.as_str()))
        .collect())
}

/// Brings packages, and their scripts beside them.
pub(crate) fn setup(scripts: &Path, packages_folder: &Path, wanted: &[&str]) -> Result {
    for package in packages(scripts, wanted)? {
        let folder = packages_folder.join(&package.name);
        copy_folder(&scripts.join(&package.name), &folder)
            .and_then(|()| std::fs::create_dir_all(&folder))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        if !folder.join("package").is_dir() && !folder.join("node_modules").is_dir() {
            bring(&package, &folder)?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &target)?,
            false => drop(std::fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}

fn bring(package: &Package, folder: &Path) -> Result {
    let specifier = package.specifier.as_str();
    match package.kind.as_str() {
        "install" => {
            let arguments = ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"];
            tool(folder, "npm", &arguments).map(drop)
        }
        "pack" => {
            let packed = tool(folder, "npm", &["pack", "--silent", "--ignore-scripts", specifier])?;
            let archive = packed.lines().last().unwrap_or_default().to_owned();
            tool(folder, "tar", &["xzf", &archive])?;
            std::fs::remove_file(folder.join(archive)).map_err(|error| error.to_string())
        }
        "pip" => {
            let specifier = specifier.replace('@', "==");
            tool(folder, "pip", &["download", "--no-deps", "-q", "-d", ".", &specifier])?;
            let wheels = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
            for wheel in wheels.flatten().map(|entry| entry.path()) {
                if wheel.extension().is_some_and(|ending| ending == "whl") {
                    tool(folder, "unzip", &["-q", &wheel.to_string_lossy(), "-d", "package"])?;
                    std::fs::remove_file(wheel).map_err(|error| error.to_string())?;
                }
            }
            Ok(())
        }
        other => Err(format!("{}: packages of kind '{other}' are not known", package.name)),
    }
}

fn tool(folder: &Path, program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr))),
    }
}

/// Runs the scripts of packages, and prints a table of what came out.
#[expect(clippy::print_stdout, reason = "the report is what the task is for")]
pub(crate) fn run(scripts: &Path, packages_folder: &Path, wanted: &[&str]) -> Result {
    let (mut passed, mut count) = (0, 0);
    for package in packages(scripts, wanted)? {
        let folder = packages_folder.join(&package.name);
        for script in demos(&folder) {
            count += 1;
            let start = Instant::now();
            let result = run_script(&folder, &script);
            let seconds = start.elapsed().as_secs_f64();
            let name = script.strip_prefix(packages_folder).unwrap_or(&script).display();
            match result {
                Ok(()) => {
                    passed += 1;
                    println!("pass {name} {seconds:.1} s");
                }
                Err(message) => println!("FAIL {name} {seconds:.1} s: {message}"),
            }
        }
    }
    println!("{passed} of {count} print what Node printed");
    match passed == count && count > 0 {
        true => Ok(()),
        false => Err(format!("{} differ", count - passed)),
    }
}

fn demos(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut demos: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("demo") && (name.ends_with(".mjs") || name.ends_with(".cjs"))
        })
        .collect();
    demos.sort();
    demos
}

fn run_script(folder: &Path, script: &Path) -> Result {
    let expected = std::fs::read(script.with_extension("expected.txt"));
    let expected = expected.map_err(|error| format!("what is expected: {error}"))?;
    let output = weft()
        .args(["run", "--as", "node", "--timeout"])
        .arg(format!("{}s", TIMEOUT.as_secs()))
        .arg(script)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{error}: build it with `cargo build --release`"))?;
    match output.stdout == expected {
        true => Ok(()),
        false => {
            let errors = String::from_utf8_lossy(&output.stderr);
            let last = errors.lines().find(|line| line.starts_with("Uncaught") || line.starts_with("error"));
            Err(format!("{}, {}", output.status, last.unwrap_or("with other output")))
        }
    }
}
