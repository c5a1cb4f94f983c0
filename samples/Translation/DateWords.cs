using System.Globalization;

namespace Translation;

/// <summary>Dates as people write them, each with its ISO form: "the fifth of March, nineteen ninety-four" and 1994-03-05.</summary>
/// <param name="random">Chooses.</param>
internal sealed class DateWords(Random random)
{
    private static readonly string[] _ordinals =
    [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth",
        "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
        "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first",
    ];

    private static readonly string[] _ones =
    [
        "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
        "eighteen", "nineteen",
    ];

    private static readonly string[] _tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly DateTime _first = new(1900, 1, 1);
    private static readonly int _days = (new DateTime(2100, 1, 1) - _first).Days;

    /// <summary>Pairs of as many different dates.</summary>
    public Pair[] Create(int count)
    {
        var days = Enumerable.Range(0, _days).ToArray();
        random.Shuffle(days);
        return Array.ConvertAll(days[..count], day => Create(_first.AddDays(day)));
    }

    private Pair Create(DateTime date)
    {
        var month = date.ToString(random.Next(4) == 0 ? "MMM" : "MMMM", CultureInfo.InvariantCulture);
        var text = random.Next(4) switch
        {
            0 => $"{Day(date)} {month} {Year(date)}",
            1 => $"{month} {Day(date)}, {Year(date)}",
            2 => $"the {_ordinals[date.Day - 1]} of {month}, {Year(date)}",
            _ => $"{month} the {_ordinals[date.Day - 1]}, {Year(date)}",
        };
        if (random.Next(4) == 0)
            text = $"{date.ToString(random.Next(2) == 0 ? "ddd" : "dddd", CultureInfo.InvariantCulture)}, {text}";
        if (random.Next(8) == 0)
            text = text.ToLowerInvariant();
        return new Pair { Source = text, Target = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) };
    }

    private string Day(DateTime date) => random.Next(2) == 0 ? date.Day.ToString(CultureInfo.InvariantCulture) : $"{date.Day}{Ending(date.Day)}";

    private static string Ending(int day) => (day % 10, day / 10) switch
    {
        (1, not 1) => "st",
        (2, not 1) => "nd",
        (3, not 1) => "rd",
        _ => "th",
    };

    private string Year(DateTime date) => random.Next(2) == 0 ? date.Year.ToString(CultureInfo.InvariantCulture) : Words(date.Year);

    private static string Words(int year) => (year / 100, year % 100) switch
    {
        (20, 0) => "two thousand",
        (20, < 10 and var ones) => $"two thousand {_ones[ones]}",
        (var century, 0) => $"{_ones[century]} hundred",
        (var century, < 10 and var ones) => $"{Below100(century)} oh {_ones[ones]}",
        var (century, rest) => $"{Below100(century)} {Below100(rest)}",
    };

    private static string Below100(int number) => number < 20 ? _ones[number] : number % 10 == 0 ? _tens[number / 10] : $"{_tens[number / 10]}-{_ones[number % 10]}";
}
