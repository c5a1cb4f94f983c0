namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A group of measurements that answer one question.</summary>
internal interface ISuite
{
    /// <summary>What it is called on the command line and in results.</summary>
    string Name { get; }

    /// <summary>The question, in a line.</summary>
    string Title { get; }

    /// <summary>What is measured and how to read it.</summary>
    string Method { get; }

    void Run(Settings settings, IReport report);
}
