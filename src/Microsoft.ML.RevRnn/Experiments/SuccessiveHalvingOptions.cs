using System.Globalization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// How many settings are trained how far: many for a few epochs, and the best part of them on, from where they were (Jamieson and Talwalkar 2016, successive halving). A bracket of 9 settings with
/// rungs at 1, 3 and 9 epochs takes 21 epochs where all of it would take 81.
/// </summary>
public sealed record SuccessiveHalvingOptions
{
    /// <summary>One of so many settings goes on at a rung, and the next rung has so many times the epochs, 2 to 10.</summary>
    public int Eta { get; init; } = 3;

    /// <summary>Epochs of the first rung, 1 to 10,000; null for 1 or, where <see cref="MaximumEpochs"/> is null too, so many that there are three rungs at the most.</summary>
    public int? MinimumEpochs { get; init; }

    /// <summary>
    /// Epochs of the last rung, and of each setting's learning rate schedule, 1 to 10,000; null for those of the options, which go by the size of the data if they say nothing: 8, and more of
    /// few rows.
    /// </summary>
    public int? MaximumEpochs { get; init; }

    /// <summary>Settings of a bracket, 1 to 10,000; null for as many as leave one at the last rung. Not used by <see cref="Hyperband"/>.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// Whether brackets begin at each rung in turns, those at a later one with fewer settings (Li et al. 2018, Hyperband): for losses of few epochs that tell little. Without, all begin at the
    /// first.
    /// </summary>
    public bool Hyperband { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        Check(nameof(Eta), Eta, 2, 10);
        Check(nameof(MinimumEpochs), MinimumEpochs ?? 1, 1, 10_000);
        Check(nameof(MaximumEpochs), MaximumEpochs ?? 10_000, MinimumEpochs ?? 1, 10_000);
        Check(nameof(Width), Width ?? 1, 1, 10_000);
    }

    /// <summary>These options with all that is left open decided.</summary>
    /// <param name="epochs">What a training takes by itself.</param>
    internal SuccessiveHalvingOptions For(int epochs)
    {
        var most = MaximumEpochs ?? Math.Max(epochs, MinimumEpochs ?? 1);
        return this with { MaximumEpochs = most, MinimumEpochs = MinimumEpochs ?? (MaximumEpochs == null ? (most + Eta * Eta - 1) / (Eta * Eta) : 1) };
    }

    /// <summary>The epochs of the rungs of a bracket, from 0, of options that <see cref="For"/> gave.</summary>
    internal int[] Rungs(int bracket)
    {
        var (least, most) = (MinimumEpochs!.Value, MaximumEpochs!.Value);
        var rungs = new List<int>();
        for (long epochs = least; epochs < most; epochs *= Eta)
            rungs.Add((int)epochs);
        rungs.Add(most);
        return Hyperband ? [.. rungs.Skip(bracket % rungs.Count)] : [.. rungs];
    }

    /// <summary>The settings of a bracket, from 0.</summary>
    internal int WidthOf(int bracket)
    {
        var all = Rungs(0).Length;
        var rungs = Rungs(bracket).Length;
        if (!Hyperband)
            return Width ?? (int)Math.Min(10_000, Math.Pow(Eta, all - 1));
        return (int)Math.Min(10_000, Math.Ceiling((double)all / rungs * Math.Pow(Eta, rungs - 1)));
    }

    private static void Check(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(option, value, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be from {least} to {most}."));
    }
}
