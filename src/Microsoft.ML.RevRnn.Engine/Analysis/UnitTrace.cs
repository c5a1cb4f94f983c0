namespace Microsoft.ML.RevRnn.Analysis;

/// <summary>What each unit of the top layer did over a window.</summary>
/// <param name="Least">[units]: its least value.</param>
/// <param name="Most">[units]: its greatest value.</param>
/// <param name="Sections">[units]: a bit for each section of -1 to 1 that it was in.</param>
internal sealed record UnitTrace(float[] Least, float[] Most, uint[] Sections)
{
    /// <summary>Of units that have done nothing yet.</summary>
    public static UnitTrace Of(int units)
    {
        var trace = new UnitTrace(new float[units], new float[units], new uint[units]);
        Array.Fill(trace.Least, float.PositiveInfinity);
        Array.Fill(trace.Most, float.NegativeInfinity);
        return trace;
    }

    /// <summary>Takes in a unit's value.</summary>
    public void Add(int unit, float value, int sections)
    {
        Least[unit] = Math.Min(Least[unit], value);
        Most[unit] = Math.Max(Most[unit], value);
        if (value is >= -1 and <= 1)
            Sections[unit] |= 1u << Math.Min(sections - 1, (int)((value + 1) / 2 * sections));
    }

    /// <summary>Takes in what the units did elsewhere.</summary>
    public void Add(UnitTrace other)
    {
        for (var unit = 0; unit < Least.Length; unit++)
        {
            Least[unit] = Math.Min(Least[unit], other.Least[unit]);
            Most[unit] = Math.Max(Most[unit], other.Most[unit]);
            Sections[unit] |= other.Sections[unit];
        }
    }
}
