using System.Globalization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Training at a glance, for <see cref="RevRnnOptions.Progress"/>: a line on the console that is kept up to date, a new one for each epoch. Where the output goes to a
/// file or to another program it is a line an epoch.
/// </summary>
public sealed class ConsoleProgress : IProgress<TrainingProgress>, IDisposable
{
    private const int BarWidth = 24;

    // Of epochs and time, whichever is further on counts as what is done; so much more than the epochs, and it is time that ends training.
    private const double Tolerance = 1e-3;

    private readonly TextWriter _output;
    private readonly Func<int>? _width;
    private int _written;

    /// <summary>Writes to <see cref="Console.Out"/>.</summary>
    public ConsoleProgress()
        : this(Console.Out, Console.IsOutputRedirected ? null : () => Console.WindowWidth)
    {
    }

    /// <param name="output">Where to write.</param>
    /// <param name="width">The width of the terminal in characters, 0 where it is unknown; null where there is no terminal.</param>
    internal ConsoleProgress(TextWriter output, Func<int>? width)
    {
        _output = output;
        _width = width;
    }

    /// <summary>Writes where training stands.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var ended = value.EpochFraction >= 1;
        if (_width == null)
        {
            if (ended)
                _output.WriteLine(Describe(value, ended));
            return;
        }
        var line = Describe(value, ended);
        // A line that is broken cannot be written over.
        if (_width() is > 1 and var width && line.Length >= width)
            line = line[..(width - 1)];
        _output.Write('\r' + line.PadRight(_written));
        _written = line.Length;
        if (ended)
            Dispose();
    }

    /// <summary>Leaves the line as it is and goes to the next: for a training that ends within an epoch.</summary>
    public void Dispose()
    {
        if (_written > 0)
            _output.WriteLine();
        _written = 0;
    }

    private static string Describe(TrainingProgress value, bool ended)
    {
        var done = value.Elapsed / Max(value.Elapsed + value.Remaining, TimeSpan.FromTicks(1));
        var filled = (int)(done * BarWidth);
        var isTimed = done > (value.Epoch - 1 + value.EpochFraction) / value.EpochCount + Tolerance;
        var validation = value.ValidationAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $"  validation {accuracy:P1}") : "";
        if (value.ValidationScore is { } score)
            validation += string.Create(CultureInfo.InvariantCulture, $"  BLEU {score:F1}");
        var time = ended ? value.Elapsed : value.Remaining;
        return string.Create(CultureInfo.InvariantCulture,
            $"[{new string('#', filled)}{new string('.', BarWidth - filled)}] epoch {value.Epoch}{(isTimed ? "" : $"/{value.EpochCount}")}" +
            $"  loss {value.Loss:F3}  accuracy {value.Accuracy:P1}{validation}  {value.TokensPerSecond:N0} tokens/s  {Clock(time)}{(ended ? "" : " left")}");
    }

    private static string Clock(TimeSpan time)
        => time.TotalHours < 1 ? time.ToString(@"m\:ss", CultureInfo.InvariantCulture) : $"{(long)time.TotalHours}:{time:mm\\:ss}";

    private static TimeSpan Max(TimeSpan x, TimeSpan y) => x > y ? x : y;
}
