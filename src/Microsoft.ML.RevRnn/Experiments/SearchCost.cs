namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Foretells how long settings will take, by what others took: their time goes by the multiplications.</summary>
internal sealed class SearchCost
{
    private readonly Dictionary<int, double> _work = [];
    private double _seconds;
    private double _done;

    /// <summary>Notes what an epoch of a setting is in multiplications.</summary>
    public void Note(Trial trial, Func<TrialData> data)
    {
        if (!_work.ContainsKey(trial.Id))
            _work[trial.Id] = data().Work;
    }

    /// <summary>Learns from what settings took.</summary>
    public void Learn(IEnumerable<Trial> trials)
    {
        (_seconds, _done) = (0, 0);
        foreach (var trial in trials.Where(trial => _work.ContainsKey(trial.Id)))
        {
            _seconds += trial.Records.Sum(record => record.Seconds);
            _done += _work[trial.Id] * trial.Records.Select(record => record.Epochs.Count).DefaultIfEmpty().Max();
        }
    }

    /// <summary>Seconds of so many epochs of a setting; 0 as long as nothing is known.</summary>
    public double Seconds(Trial trial, int epochs) => _done == 0 ? 0 : _seconds / _done * _work[trial.Id] * epochs;
}
