//! Temperatures of /sys/class/hwmon and /sys/class/thermal, in thousandths of a degree Celsius
//! (<https://docs.kernel.org/hwmon/sysfs-interface.html>, <https://docs.kernel.org/driver-api/thermal/sysfs-api.html>).

use std::collections::BTreeMap;

use vocab::{Temperature, Text};

use super::section::Section;

/// Reads the files of both trees, each a section named by its path. Sensors that read nonsense are left out, and
/// thermal zones where hwmon has sensors, as they mostly tell the same again.
pub fn parse(files: &[Section<'_>]) -> Vec<Temperature> {
    let sensors = hwmon(files);
    if sensors.is_empty() {
        zones(files)
    } else {
        sensors
    }
}

fn word(body: &[u8]) -> &str {
    str::from_utf8(body).unwrap_or_default().trim()
}

fn celsius(body: &[u8]) -> Option<f32> {
    let milli: i32 = word(body).parse().ok()?;
    // Unconnected sensors read absolute zero, -128 or 255 degrees.
    (-60_000..200_000)
        .contains(&milli)
        .then(|| milli as f32 / 1000.0)
}

fn by_path<'a>(files: &[Section<'a>], tree: &str) -> BTreeMap<&'a str, &'a [u8]> {
    files
        .iter()
        .filter(|file| file.name.starts_with(tree))
        .map(|file| (file.name, file.body))
        .collect()
}

fn hwmon(files: &[Section<'_>]) -> Vec<Temperature> {
    let files = by_path(files, "/sys/class/hwmon/");
    let mut found = Vec::new();
    for (path, body) in &files {
        let Some((folder, sensor)) = path
            .strip_suffix("_input")
            .and_then(|path| path.rsplit_once('/'))
        else {
            continue;
        };
        let Some(celsius) = celsius(body) else {
            continue;
        };
        let file = |name: &str| files.get(format!("{folder}/{name}").as_str()).copied();
        let chip = file("name").map_or("sensor", word);
        let label = file(&format!("{sensor}_label")).map_or(sensor, word);
        let limit = ["max", "crit"]
            .iter()
            .find_map(|kind| self::celsius(file(&format!("{sensor}_{kind}"))?));
        // Some drivers say 0 for a limit they do not know.
        let limit = limit.filter(|limit| *limit > 0.0);
        found.push(Temperature {
            sensor: Text::line(format!("{chip} {label}")),
            celsius,
            limit,
        });
    }
    found
}

fn zones(files: &[Section<'_>]) -> Vec<Temperature> {
    let files = by_path(files, "/sys/class/thermal/");
    let mut found = Vec::new();
    for (path, body) in &files {
        let (Some(folder), Some(celsius)) = (path.strip_suffix("/temp"), celsius(body)) else {
            continue;
        };
        let kind = files
            .get(format!("{folder}/type").as_str())
            .map_or("thermal zone", |body| word(body));
        found.push(Temperature {
            sensor: Text::line(kind),
            celsius,
            limit: None,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::section::sections;
    use super::*;

    #[test]
    fn sensors_with_their_names_and_limits() {
        let text = b"==> /sys/class/hwmon/hwmon0/name <==\ncoretemp\n\n==> /sys/class/hwmon/hwmon0/temp1_label <==\nPackage id 0\n\n\
            ==> /sys/class/hwmon/hwmon0/temp1_input <==\n61500\n\n==> /sys/class/hwmon/hwmon0/temp1_max <==\n80000\n\n\
            ==> /sys/class/hwmon/hwmon1/temp1_input <==\n-128000\n\n==> /sys/class/hwmon/hwmon1/temp2_input <==\nx\n\n\
            ==> /sys/class/thermal/thermal_zone0/temp <==\n40000\n";
        let found = parse(&sections(text));
        assert_eq!(
            found,
            [Temperature {
                sensor: Text::line("coretemp Package id 0"),
                celsius: 61.5,
                limit: Some(80.0)
            }]
        );
    }

    #[test]
    fn zones_where_there_is_nothing_else() {
        let text = b"==> /sys/class/thermal/thermal_zone0/type <==\ncpu-thermal\n\n==> /sys/class/thermal/thermal_zone0/temp <==\n40123\n";
        let found = parse(&sections(text));
        assert_eq!(
            found,
            [Temperature {
                sensor: Text::line("cpu-thermal"),
                celsius: 40.123,
                limit: None
            }]
        );
        assert!(
            parse(&sections(
                b"==> /sys/class/thermal/thermal_zone0/temp <==\n\xff"
            ))
            .is_empty()
        );
    }
}
