namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Where measurements go as they are made.</summary>
internal interface IReport
{
    void Begin(ISuite suite, Settings settings);

    void Add(Measurement measurement);

    /// <summary>Something a reader of the figures must know.</summary>
    void Note(string text);

    /// <summary>Says that the suite, or a part of it, was not run, and why.</summary>
    void Skip(string reason);

    void End();
}
