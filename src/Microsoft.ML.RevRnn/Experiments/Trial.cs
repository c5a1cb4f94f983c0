namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>A setting that is tried.</summary>
/// <param name="id">Its number, from 0.</param>
/// <param name="setting">A coordinate for each dimension.</param>
internal sealed class Trial(int id, double[] setting)
{
    private readonly List<RunRecord> _records = [];

    public int Id => id;

    public double[] Setting => setting;

    /// <summary>What it came to at each rung.</summary>
    public IReadOnlyList<RunRecord> Records => _records;

    /// <summary>Whether others were better.</summary>
    public bool IsEliminated { get; set; }

    /// <summary>Whether there is nothing left to train.</summary>
    public bool IsOver => _records.Count > 0 && _records[^1].State != null;

    /// <summary>The best loss so far by which it is ranked; null where there is none.</summary>
    public double? Loss => _records.Min(record => record.RankingLoss);

    public TrialState State => _records.Count > 0 && _records[^1].State is { } state ? state : IsEliminated ? TrialState.Stopped : TrialState.Interrupted;

    /// <summary>Where its training is kept while it pauses.</summary>
    public string CheckpointName => $"trial-{Id:000}.checkpoint";

    /// <summary>Adds what it came to; that it was cut off before counts for nothing then.</summary>
    public void Add(RunRecord record)
    {
        _records.RemoveAll(other => other.IsCutOff);
        _records.Add(record);
    }
}
