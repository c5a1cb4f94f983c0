namespace Microsoft.ML.RevRnn.Training;

/// <content>Checkpoints: when they are written, and how training goes on from one.</content>
internal sealed partial class TrainingLoop
{
    private TimeSpan _elapsedBefore;
    private TimeSpan _lastCheckpoint;
    private bool _isUnsaved;
    private string _savedPosition = "";
    private string? _checkpointFailure;

    private string Position => _batch == 0 ? $"epoch {_epochs.Count}" : $"batch {_batch} of epoch {_epochs.Count + 1}";

    /// <summary>Goes on from the checkpoint, if there is one.</summary>
    private void Resume()
    {
        if (_checkpoint?.Load(_task.Trainer) is not { } state)
            return;
        foreach (var report in state.Epochs)
            TakeIn(report);
        _bestWeights = state.BestWeights;
        (_totals, _meter) = (state.Totals, state.Meter);
        _elapsedBefore = state.Elapsed;
        _skippedInRow = state.SkippedInRow;
        (_batch, _batchCount, _sum) = (state.Batch, state.BatchCount, state.Sum);
        _savedPosition = Position;
    }

    /// <summary>After a batch: writes a checkpoint if it is time to.</summary>
    private void SaveAtInterval()
    {
        if (_checkpoint != null && _options.CheckpointInterval is { } interval && _clock.Elapsed - _lastCheckpoint >= interval)
            SaveUnsaved();
    }

    /// <summary>Writes a checkpoint within an epoch, unless nothing has been trained since the last.</summary>
    private void SaveUnsaved()
    {
        if (_checkpoint == null || !_isUnsaved)
            return;
        _task.Trainer.Export();
        SaveCheckpoint();
    }

    /// <summary>
    /// Writes a checkpoint. One that cannot be written is no reason to throw away what has been trained: the next one is another try, and until then progress and
    /// report tell of it.
    /// </summary>
    private void SaveCheckpoint()
    {
        if (_checkpoint == null)
            return;
        try
        {
            _checkpoint.Save(_task.Trainer, new TrainingState
            {
                Epochs = _epochs,
                BestWeights = _bestWeights,
                Totals = _totals,
                Meter = _meter,
                Elapsed = Elapsed,
                Batch = _batch,
                BatchCount = _batchCount,
                Sum = _sum,
                SkippedInRow = _skippedInRow,
            });
            _isUnsaved = false;
            _savedPosition = Position;
            _checkpointFailure = null;
        }
        catch (IOException failure)
        {
            _checkpointFailure = failure.Message;
        }
        _lastCheckpoint = _clock.Elapsed;
    }
}
