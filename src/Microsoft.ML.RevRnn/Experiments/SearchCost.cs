namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>
/// Foretells how long settings will take, by what others took: the time of an epoch goes by its multiplications, and each run has some time beside, for its evaluation. What the very first one had beside is not
/// counted: it has trained the n-grams for all.
/// </summary>
internal sealed class SearchCost
{
    private readonly Dictionary<int, double> _work = [];
    private double _secondsOfWork;

    /// <summary>Seconds of a run beside its epochs.</summary>
    public double Beside { get; private set; }

    /// <summary>Notes what an epoch of a setting is in multiplications.</summary>
    public void Note(Trial trial, Func<TrialData> data)
    {
        if (!_work.ContainsKey(trial.Id))
            _work[trial.Id] = data().Work;
    }

    /// <summary>Learns from what settings took.</summary>
    public void Learn(IEnumerable<Trial> trials)
    {
        var runs = trials.Where(trial => _work.ContainsKey(trial.Id)).SelectMany(trial => trial.Records.Where(record => record.Epochs.Count > 0).Select(
            (record, i) => (Trial: trial.Id, Record: record, Epochs: record.Epochs.Count - (i == 0 ? 0 : trial.Records[i - 1].Epochs.Count)))).ToArray();
        var work = runs.Sum(run => _work[run.Trial] * run.Epochs);
        _secondsOfWork = work == 0 ? 0 : runs.Sum(run => run.Record.EpochSeconds * run.Epochs) / work;
        Beside = runs.Where(run => run.Trial > 0).Select(run => BesideOf(run.Record, run.Epochs)).DefaultIfEmpty().Average();
    }

    /// <summary>Seconds of an epoch of a setting; 0 as long as nothing is known.</summary>
    public double Epoch(Trial trial) => _secondsOfWork * _work[trial.Id];

    /// <summary>Seconds of a run beside its epochs.</summary>
    /// <param name="record">The run.</param>
    /// <param name="epochs">The epochs that it added.</param>
    public static double BesideOf(RunRecord record, int epochs) => Math.Max(0, record.Seconds - record.EpochSeconds * epochs);
}
