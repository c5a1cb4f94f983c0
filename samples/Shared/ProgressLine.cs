using Microsoft.ML.RevRnn;

namespace Samples;

/// <summary>Training at a glance: a line that is kept up to date on a terminal, or a line an epoch in a file.</summary>
/// <param name="isTimed">Whether it is time that ends training, so that the number of epochs says nothing.</param>
internal sealed class ProgressLine(bool isTimed = false) : IProgress<TrainingProgress>, IDisposable
{
    private const int BarWidth = 24;

    private readonly bool _live = !Console.IsOutputRedirected;
    private int _written;

    public void Report(TrainingProgress value)
    {
        var ended = value.EpochFraction >= 1;
        if (!_live && !ended)
            return;
        var done = value.Elapsed / (value.Elapsed + value.Remaining);
        var filled = (int)(done * BarWidth);
        var line = $"[{new string('#', filled)}{new string('.', BarWidth - filled)}] epoch {value.Epoch}{(isTimed ? "" : $"/{value.EpochCount}")}"
            + $"  loss {value.Loss:F3}  accuracy {value.Accuracy:P1}"
            + (value.ValidationAccuracy is { } accuracy ? $"  validation {accuracy:P1}" : "")
            + $"  {value.TokensPerSecond:N0} tokens/s"
            + (ended ? $"  {value.Elapsed:m\\:ss}" : $"  {value.Remaining:m\\:ss} left");
        if (!_live)
        {
            Console.WriteLine(line);
            return;
        }
        Console.Write('\r' + line.PadRight(_written));
        _written = line.Length;
        if (ended)
            End();
    }

    /// <summary>Leaves the line as it is and goes to the next.</summary>
    public void End()
    {
        if (_written > 0)
            Console.WriteLine();
        _written = 0;
    }

    public void Dispose() => End();
}
