namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An option that is searched. A value is a coordinate: the place in a list, or the number itself.</summary>
/// <param name="name">Its name in the search space.</param>
internal abstract class SearchDimension(string name)
{
    public string Name => name;

    /// <summary>The values of a list; 0 of a range.</summary>
    public abstract int ChoiceCount { get; }

    /// <summary>All that can be tried, for the identity of an experiment.</summary>
    public abstract string Describe();

    /// <summary>The value that options have, or the nearest to it.</summary>
    public abstract double Of(RevRnnOptions options);

    /// <summary>A value in words.</summary>
    public abstract string Text(double coordinate);

    /// <summary>Sets the option.</summary>
    public abstract void Apply(RevRnnOptions options, double coordinate);

    /// <summary>Where a value lies between the first and the last, 0 to 1.</summary>
    public abstract double Position(double coordinate);

    /// <summary>The value at a place, 0 to 1.</summary>
    public abstract double At(double position);
}
