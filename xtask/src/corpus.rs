//! Published packages, unmodified, on `weft run --as node`: each with scripts that have beside them what Node printed.
//!
//! They are too large to carry, so their scripts are a folder that the user has: `packages.tsv` there names each package and where it comes
//! from, and a folder of the same name holds its scripts, `demo*.mjs` or `.cjs`, with `.expected.txt`. The packages are brought
//! into another folder with the registries' ordinary clients, once, and run there.

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

/// Runs the scripts of all packages of `scripts`, or of those that are `wanted`, and prints a table of what came out.
#[expect(clippy::print_stdout, reason = "the report is what the task is for")]
pub(crate) fn run(scripts: &Path, wanted: &[&str]) -> Result {
    let store = store()?;
    let (mut passed, mut count) = (0, 0);
    for package in packages(scripts, wanted)? {
        let folder = store.join(&package.name);
        let prepared = prepare(&package, &scripts.join(&package.name), &folder);
        if let Err(message) = prepared {
            println!("FAIL {} could not be brought: {message}", package.name);
            count += 1;
            continue;
        }
        for script in demos(&folder) {
            let start = Instant::now();
            let result = run_script(&folder, &script);
            let seconds = start.elapsed().as_secs_f64();
            let name = script.strip_prefix(&store).unwrap_or(&script).display();
            count += 1;
            passed += usize::from(result.is_ok());
            match result {
                Ok(()) => println!("pass {name} {seconds:.1} s"),
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

/// Where packages are kept.
fn store() -> Result<PathBuf> {
    if let Some(store) = std::env::var_os("CORPUS") {
        return Ok(store.into());
    }
    let home = std::env::var_os("HOME").ok_or("there is neither $CORPUS nor $HOME")?;
    Ok(PathBuf::from(home).join(".cache/weft-corpus"))
}

fn packages(scripts: &Path, wanted: &[&str]) -> Result<Vec<Package>> {
    let list = scripts.join("packages.tsv");
    let text = std::fs::read_to_string(&list);
    let text = text.map_err(|error| format!("{}: {error}", list.display()))?;
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

/// Puts a package's scripts into its folder, and the package beside them if it is not there yet.
fn prepare(package: &Package, scripts: &Path, folder: &Path) -> Result {
    std::fs::create_dir_all(folder)
        .and_then(|()| copy_folder(scripts, folder))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    match folder.join("package").is_dir() || folder.join("node_modules").is_dir() {
        true => Ok(()),
        false => bring(package, folder),
    }
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
            let quiet = ["--silent", "--ignore-scripts", "--no-audit", "--no-fund"];
            tool(folder, "npm", &[&["install"], &quiet[..]].concat()).map(drop)
        }
        "pack" => {
            let arguments = ["pack", "--silent", "--ignore-scripts", specifier];
            let packed = tool(folder, "npm", &arguments)?;
            let archive = packed.lines().last().unwrap_or_default().to_owned();
            tool(folder, "tar", &["xzf", &archive])?;
            std::fs::remove_file(folder.join(archive)).map_err(|error| error.to_string())
        }
        "pip" => bring_wheel(&specifier.replace('@', "=="), folder),
        other => Err(format!("packages of kind '{other}' are not known")),
    }
}

fn bring_wheel(specifier: &str, folder: &Path) -> Result {
    let arguments = ["download", "--no-deps", "-q", "-d", ".", specifier];
    tool(folder, "pip", &arguments)?;
    let files = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let wheels = files.flatten().map(|entry| entry.path());
    for wheel in wheels.filter(|path| path.extension().is_some_and(|it| it == "whl")) {
        let name = wheel.to_string_lossy();
        tool(folder, "unzip", &["-q", &name, "-d", "package"])?;
        std::fs::remove_file(&wheel).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn tool(folder: &Path, program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let errors = String::from_utf8_lossy(&output.stderr);
            Err(format!("{program} {}: {errors}", arguments.join(" ")))
        }
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
    let output = weft()?
        .args(["run", "--as", "node", "--timeout"])
        .arg(format!("{}s", TIMEOUT.as_secs()))
        .arg(script)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.stdout == expected {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let reason = errors
        .lines()
        .find(|line| line.starts_with("Uncaught") || line.starts_with("error"));
    let reason = reason.unwrap_or("the output differs");
    Err(format!("{}, {reason}", output.status))
}
