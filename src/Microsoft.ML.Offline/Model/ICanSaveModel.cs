namespace Microsoft.ML;

/// <summary>Can be saved into a model file.</summary>
public interface ICanSaveModel
{
    /// <summary>Saves itself.</summary>
    void Save(ModelSaveContext ctx);
}
