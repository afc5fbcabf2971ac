//! Dates and times on their way to MySQL, in the binary form of the protocol, and to SQLite, as text.
//!
//! What is no day of the calendar is refused here: a server would make zeros of it, some of them without a word.

/// The latest year that a server stores.
const LAST_YEAR: u16 = 9_999;

const MINUTES_OF_A_DAY: i32 = 24 * 60;

/// A day of the Gregorian calendar, the years 0 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// A time of day; its time zone is the session's, which is UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Clock {
    minutes: i32,
    seconds: u8,
    microseconds: u32,
}

/// Encodes `2026-11-23`.
pub(crate) fn date(value: &str) -> Result<Vec<u8>, String> {
    let day = Day::read(value)
        .ok_or_else(|| "it is no date of the years 0 to 9999, such as 2026-11-23".to_owned())?;
    Ok(day.encoded())
}

/// Encodes `2026-11-23T10:20:30.5+02:00` as what `2026-11-23 08:20:30.5` is; without an offset the time stays as it is.
pub(crate) fn datetime(value: &str) -> Result<Vec<u8>, String> {
    let (day, clock) = moment(value).ok_or_else(|| {
        "it is no date and time of the years 0 to 9999, such as 2026-11-23T10:20:30Z, with at most microseconds"
            .to_owned()
    })?;
    let mut encoded = day.encoded();
    for part in [clock.minutes / 60, clock.minutes % 60] {
        encoded.push(u8::try_from(part).unwrap_or(0));
    }
    encoded.push(clock.seconds);
    encoded.extend(clock.microseconds.to_le_bytes());
    Ok(encoded)
}

/// `2026-11-23T10:20:30.5+02:00` as `2026-11-23 08:20:30.5`, the form that SQLite's own functions write.
pub(crate) fn datetime_text(value: &str) -> Option<String> {
    let (day, clock) = moment(value)?;
    let fraction = match clock.microseconds {
        0 => String::new(),
        microseconds => format!(".{microseconds:06}")
            .trim_end_matches('0')
            .to_owned(),
    };
    Some(format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}{fraction}",
        day.year,
        day.month,
        day.day,
        clock.minutes / 60,
        clock.minutes % 60,
        clock.seconds
    ))
}

/// Whether `2026-11-23` is a day of the calendar.
pub(crate) fn is_date(value: &str) -> bool {
    Day::read(value).is_some()
}

/// The day and the time in UTC.
fn moment(value: &str) -> Option<(Day, Clock)> {
    let (date, rest) = value.split_once(['T', 't', ' '])?;
    let mut day = Day::read(date)?;
    let end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at_checked(end)?;
    let mut clock = Clock::read(clock)?;
    // An offset is shorter than a day.
    clock.minutes -= ahead_of_utc(offset)?;
    if clock.minutes < 0 {
        day.go_back()?;
    } else if clock.minutes >= MINUTES_OF_A_DAY {
        day.go_on()?;
    }
    clock.minutes = clock.minutes.rem_euclid(MINUTES_OF_A_DAY);
    Some((day, clock))
}

/// `+02:00` (or `+0200`, `+02`) in minutes.
fn ahead_of_utc(offset: &str) -> Option<i32> {
    let (sign, span) = match offset.split_at_checked(1) {
        None => return Some(0),
        Some(("Z" | "z", "")) => return Some(0),
        Some(("+", span)) => (1, span),
        Some(("-", span)) => (-1, span),
        Some(_) => return None,
    };
    let (hours, minutes) = match span.len() {
        2 => (span, "00"),
        4 => span.split_at_checked(2)?,
        _ => span.split_once(':')?,
    };
    let hours: i32 = part(hours, 2, 23)?.into();
    let minutes: i32 = part(minutes, 2, 59)?.into();
    Some(sign * (hours * 60 + minutes))
}

/// A number of exactly so many digits, and at most so large.
fn part(text: &str, digits: usize, most: u16) -> Option<u16> {
    let plain = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    let number = text.parse().ok().filter(|_| plain)?;
    (number <= most).then_some(number)
}

impl Clock {
    /// Reads `10:20:30.5` or `10:20`.
    fn read(text: &str) -> Option<Self> {
        let (hours, rest) = text.split_once(':')?;
        let (minutes, rest) = rest.split_once(':').unwrap_or((rest, "00"));
        let (seconds, fraction) = match rest.split_once('.') {
            Some((seconds, fraction)) => (seconds, Some(fraction)),
            None => (rest, None),
        };
        let microseconds = match fraction {
            None => 0,
            Some(digits)
                if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) =>
            {
                return None;
            }
            Some(digits) => {
                // Zeros beyond the microseconds lose nothing.
                let kept = format!("{:0<6}", digits.trim_end_matches('0'));
                kept.parse().ok().filter(|_| kept.len() == 6)?
            }
        };
        Some(Self {
            minutes: i32::from(part(hours, 2, 23)?) * 60 + i32::from(part(minutes, 2, 59)?),
            seconds: u8::try_from(part(seconds, 2, 59)?).ok()?,
            microseconds,
        })
    }
}

impl Day {
    /// Reads `2026-11-23`.
    fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let read = Self {
            year: part(year, 4, LAST_YEAR)?,
            month: u8::try_from(part(month, 2, 12)?).ok()?,
            day: u8::try_from(part(day, 2, 31)?).ok()?,
        };
        (read.month > 0 && (1..=read.last()).contains(&read.day)).then_some(read)
    }

    fn encoded(self) -> Vec<u8> {
        let mut encoded = self.year.to_le_bytes().to_vec();
        encoded.extend([self.month, self.day]);
        encoded
    }

    /// The last day of its month.
    const fn last(self) -> u8 {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn go_on(&mut self) -> Option<()> {
        self.day += 1;
        if self.day > self.last() {
            self.day = 1;
            self.month += 1;
        }
        if self.month > 12 {
            self.month = 1;
            self.year += 1;
        }
        (self.year <= LAST_YEAR).then_some(())
    }

    fn go_back(&mut self) -> Option<()> {
        if self.day > 1 {
            self.day -= 1;
            return Some(());
        }
        if self.month == 1 {
            self.month = 12;
            self.year = self.year.checked_sub(1)?;
        } else {
            self.month -= 1;
        }
        self.day = self.last();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment as a server prints it.
    fn shown(value: &str) -> Option<String> {
        moment(value).map(|(day, clock)| {
            format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
                day.year,
                day.month,
                day.day,
                clock.minutes / 60,
                clock.minutes % 60,
                clock.seconds,
                clock.microseconds
            )
        })
    }

    #[test]
    fn moments_are_told_in_utc() {
        for (value, text) in [
            ("2026-11-23T10:20:30.5+02:00", "2026-11-23 08:20:30.500000"),
            ("2026-11-23T10:20:30-0230", "2026-11-23 12:50:30.000000"),
            ("2026-11-23T10:20:30+02", "2026-11-23 08:20:30.000000"),
            ("2026-11-23t10:20:30z", "2026-11-23 10:20:30.000000"),
            ("2026-11-23 10:20", "2026-11-23 10:20:00.000000"),
            ("2024-02-29T23:30:00-01:00", "2024-03-01 00:30:00.000000"),
            ("2023-03-01T00:30:00+01:00", "2023-02-28 23:30:00.000000"),
            ("2000-03-01T00:00:00+00:01", "2000-02-29 23:59:00.000000"),
            ("1900-03-01T00:00:00+00:01", "1900-02-28 23:59:00.000000"),
            (
                "2026-12-31T23:59:59.999999-00:01",
                "2027-01-01 00:00:59.999999",
            ),
            ("2026-01-01T00:00:00+00:01", "2025-12-31 23:59:00.000000"),
            (
                "2026-01-01T00:00:00.1234560000Z",
                "2026-01-01 00:00:00.123456",
            ),
            ("2026-01-01T00:00:00.9999990Z", "2026-01-01 00:00:00.999999"),
        ] {
            assert_eq!(shown(value).as_deref(), Some(text), "{value}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for value in [
            "",
            "2026-11-23",
            "2026-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+2:00",
            "2026-01-01T00:00:00Zx",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00+00:01",
            "26-01-01T00:00:00Z",
            "2026-01-01T+1:00:00Z",
            "2026-01-01T00:00:00'; --",
        ] {
            assert_eq!(shown(value), None, "{value}");
        }
        assert!(date("2026-02-29").is_err() && date("2026-11-23'").is_err());
        assert_eq!(date("2026-11-23"), Ok(vec![0xea, 0x07, 11, 23]));
    }
}
